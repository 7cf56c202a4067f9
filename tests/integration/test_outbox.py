"""Mail to invited people: the right ones, never twice, and nothing smuggled into a header."""

import email
import os
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from email.policy import default
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select

from surveyapp.config import Config
from surveyapp.db.session import Database, transaction
from surveyapp.errors import BadInput, Misconfigured, NotFound, Refused
from surveyapp.jobs.mail import send_waiting
from surveyapp.models.invitation import Invitation
from surveyapp.models.mail import CLAIMED, SENT, WAITING, OutboxMessage
from surveyapp.services.invitation import Person, add_invitations, is_address
from surveyapp.services.mail import NotSent, mail_message
from surveyapp.services.mail_text import INVITATION, REMINDER, Wording, set_wording
from surveyapp.services.message import message_to, sender_of
from surveyapp.services.outbox import decide_message, list_doubtful, opt_out, queue_messages
from surveyapp.services.promise import promise_lines
from surveyapp.services.study import close_wave, get_study, get_wave
from tests.factories.roster import PEOPLE, SECRET, Roster, fresh, roster

ROOT = Path(__file__).resolve().parents[2]
SITE = "https://survey.bank.example"


class Mailbox:
    """A mail server that keeps what it took, refuses whom it is told to, and may kill the sender in the act."""

    def __init__(self, refused: tuple[str, ...] = (), kill_at: int | None = None) -> None:
        self.taken: list[tuple[str, bytes]] = []
        self.refused, self.kill_at = refused, kill_at
        self.sender: subprocess.Popen[bytes] | None = None

    async def handle_RCPT(self, _server, _session, envelope, address, _options) -> str:
        if address in self.refused:
            return "550 5.1.1 nobody here of that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope) -> str:
        self.taken.append((envelope.rcpt_tos[0], envelope.content))
        if self.kill_at == len(self.taken) and self.sender is not None:
            self.sender.send_signal(signal.SIGKILL)     # taken, and the sender never hears of it
            self.sender.wait()
        return "250 OK"

    def letters_to(self, address: str) -> list[email.message.EmailMessage]:
        return [email.message_from_bytes(content, policy=default) for to, content in self.taken if to == address]


@contextmanager
def serving(box: Mailbox) -> Iterator[str]:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()


@pytest.fixture
def mailing(database: Database, tmp_path: Path) -> Config:
    return Config(database_url=database.url, home=tmp_path, secret_key=SECRET, public_url=SITE,
                  mail_from="Bank survey <survey@bank.example>")


def queue(people: Roster, kind: str = INVITATION):
    with transaction() as session:
        study = get_study(session, people.study.id)
        sender = sender_of(session, SECRET, SITE, study, get_wave(session, study), people.link)
        return queue_messages(sender, kind)


def send(config: Config, people: Roster):
    return send_waiting(config, people.study, people.wave, people.link)


def states() -> Counter[str]:
    return Counter(fresh().scalars(select(OutboxMessage.state)))


# ---- what is sent ---------------------------------------------------------------------------------------------------
def test_everybody_gets_one_letter_with_a_link_of_their_own(mailing: Config):
    people = roster([*PEOPLE, Person("Chinese reader", "zh@bank.example", "Counter", "zh"), Person("No mail")])
    queued = queue(people)

    with serving(box := Mailbox()) as url:
        done = send(replace(mailing, smtp_url=url), people)

    assert (queued.n_queued, queued.n_without_address, done.n_sent) == (9, 1, 9)
    letter = box.letters_to("p1@bank.example")[0]
    text = letter.get_content()
    assert f"{SITE}/i/{people.tokens[0]}" in text
    assert f"{SITE}/o/{people.tokens[0]}" in text
    assert all(line in " ".join(text.split()) for line in promise_lines("anonymous", "en", 5))
    assert letter["List-Unsubscribe"] == f"<{SITE}/o/{people.tokens[0]}>"
    assert letter["From"].addresses[0].addr_spec == "survey@bank.example"
    assert promise_lines("anonymous", "zh", 5)[0] in box.letters_to("zh@bank.example")[0].get_content()
    assert "{" not in text


def test_a_second_request_sends_nothing(mailing: Config):
    people = roster()
    queue(people)

    with serving(box := Mailbox()) as url:
        config = replace(mailing, smtp_url=url)
        send(config, people)
        again = queue(people)
        send(config, people)

    assert again.n_queued == 0
    assert Counter(to for to, _ in box.taken) == {f"p{n}@bank.example": 1 for n in range(1, 9)}


def test_without_a_mail_server_letters_are_files(mailing: Config, tmp_path: Path):
    people = roster()
    queue(people)

    done = send(mailing, people)

    files = sorted((tmp_path / "outbox").glob("*.eml"))
    assert (done.n_sent, len(files)) == (8, 8)
    assert email.message_from_bytes(files[0].read_bytes(), policy=default)["To"].addresses[0].domain == "bank.example"


def test_mail_leaves_only_with_an_address_that_leads_back(mailing: Config):
    people = roster()
    queue(people)

    with pytest.raises(Misconfigured, match="SURVEYAPP_URL"):
        send(replace(mailing, smtp_url="smtp://127.0.0.1:1", public_url=""), people)


def test_a_server_that_cannot_be_reached_leaves_everything_waiting(mailing: Config):
    people = roster()
    queue(people)

    with pytest.raises(Refused, match="Nothing was sent"):
        send(replace(mailing, smtp_url="smtp://127.0.0.1:1"), people)

    assert states() == {WAITING: 8}


# ---- who is reminded ------------------------------------------------------------------------------------------------
def _sent_yesterday() -> None:
    with transaction() as session:
        for row in session.scalars(select(OutboxMessage)):
            row.handled_on = row.handled_on and row.handled_on.replace(year=2025)


def test_only_those_are_reminded_who_have_not_finished_and_want_to_hear(mailing: Config):
    people = roster()
    queue(people)
    with serving(box := Mailbox(refused=("p8@bank.example",))) as url:
        config = replace(mailing, smtp_url=url)
        send(config, people)
        _sent_yesterday()
        with transaction() as session:
            rows = list(session.scalars(select(Invitation).order_by(Invitation.id)))
            for row in rows[:5]:
                row.is_finished = True
            opt_out(session, SECRET, people.study.id, rows[5])
        box.taken.clear()
        reminded = queue(people, REMINDER)
        send(config, people)

    assert reminded.n_queued == 1
    assert [to for to, _ in box.taken] == ["p7@bank.example"]


def test_nobody_is_reminded_twice_a_day_or_more_than_three_times(mailing: Config):
    people = roster(PEOPLE[:1])
    queue(people)
    send(mailing, people)

    same_day = queue(people, REMINDER).n_queued
    later = []
    for _ in range(5):
        _sent_yesterday()
        later.append(queue(people, REMINDER).n_queued)
        send(mailing, people)

    assert (same_day, later) == (0, [1, 1, 1, 0, 0])


def test_who_opted_out_is_not_written_to_when_imported_again(mailing: Config):
    people = roster()
    with transaction() as session:
        opt_out(session, SECRET, people.study.id, session.scalars(select(Invitation)).first())
        session.delete(session.scalars(select(Invitation)).first())
    with transaction() as session:
        again = add_invitations(session, SECRET, people.study, people.link, PEOPLE)

    assert (again.n_new, again.n_opted_out) == (1, 1)
    assert queue(people).n_queued == 7


def test_a_closed_wave_writes_to_nobody(mailing: Config):
    people = roster()
    with transaction() as session:
        close_wave(session, people.study, get_wave(session, people.study))

    with pytest.raises(Refused, match="not open"):
        queue(people)


def test_an_address_that_does_not_exist_is_noted_as_bounced(mailing: Config):
    people = roster()
    queue(people)

    with serving(Mailbox(refused=("p3@bank.example",))) as url:
        done = send(replace(mailing, smtp_url=url), people)

    assert (done.n_sent, done.n_failed) == (7, 1)
    assert fresh().scalars(select(Invitation.address).where(Invitation.is_bounced)).all() == ["p3@bank.example"]


# ---- never twice ----------------------------------------------------------------------------------------------------
def _command(mailing: Config, url: str, *arguments: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "SURVEYAPP_DATABASE_URL": mailing.database_url, "SURVEYAPP_HOME": str(mailing.home),
                   "SURVEYAPP_SECRET_KEY": SECRET, "SURVEYAPP_SMTP_URL": url, "SURVEYAPP_URL": SITE,
                   "SURVEYAPP_MAIL_FROM": mailing.mail_from}
    return subprocess.Popen([sys.executable, "-m", "surveyapp", *arguments], cwd=ROOT, env=environment,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


@pytest.mark.parametrize("kill_at", [1, 4])
def test_a_sender_killed_between_send_and_mark_sends_nothing_twice(mailing: Config, kill_at: int):
    roster()
    with serving(box := Mailbox(kill_at=kill_at)) as url:
        box.sender = _command(mailing, url, "invitations", "send", "small", "staff")
        box.sender.communicate(timeout=60)
        killed = box.sender.returncode
        box.sender = None

        rest = _command(mailing, url, "invitations", "send", "small", "staff")
        said, _ = rest.communicate(timeout=60)
        seen = _command(mailing, url, "invitations", "outbox", "small", "staff")
        shown, _ = seen.communicate(timeout=60)

    assert killed == -signal.SIGKILL
    assert rest.returncode == 0, said
    assert Counter(to for to, _ in box.taken) == {f"p{n}@bank.example": 1 for n in range(1, 9)}
    assert states() == {SENT: 7, CLAIMED: 1}
    assert f"(invitation to {box.taken[kill_at - 1][0]}): perhaps sent" in shown.decode()


def test_a_message_in_doubt_is_decided_by_a_person(mailing: Config):
    people = roster()
    queue(people)
    with transaction() as session:
        first, second = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id).limit(2))
        first.state = second.state = CLAIMED

    with transaction() as session:
        decide_message(session, people.study, people.wave, first.id, was_sent=True)
        decide_message(session, people.study, people.wave, second.id, was_sent=False)

    assert states() == {SENT: 1, WAITING: 7}
    with transaction() as session, pytest.raises(Refused, match="not in doubt"):
        decide_message(session, people.study, people.wave, first.id, was_sent=False)


def test_in_anonymous_mode_no_list_names_who_was_reminded(mailing: Config):
    """A reminder goes to somebody not known to have finished; naming that person would say so."""
    people = roster()
    queue(people)
    send(mailing, people)
    _sent_yesterday()
    queue(people, REMINDER)
    with transaction() as session:
        for row in session.scalars(select(OutboxMessage).where(OutboxMessage.kind != INVITATION)):
            row.state = CLAIMED
        number = row.id

    assert list_doubtful(fresh(), people.wave, people.link) == []
    with pytest.raises(NotFound), transaction() as session:
        decide_message(session, people.study, people.wave, number, was_sent=True)


def test_a_killed_file_sender_knows_what_it_wrote(mailing: Config, tmp_path: Path):
    people = roster()
    queue(people)
    send(mailing, people)
    with transaction() as session:
        written, lost = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id).limit(2))
        written.state = lost.state = CLAIMED
    next((tmp_path / "outbox").glob(f"{lost.message_id[1:33]}*")).unlink()

    send(mailing, people)

    assert states() == {SENT: 7, CLAIMED: 1}
    assert len(list((tmp_path / "outbox").glob("*.eml"))) == 7


# ---- headers and texts ----------------------------------------------------------------------------------------------
EVIL = "p@bank.example\r\nBcc: everybody@bank.example"


@pytest.mark.parametrize("address", [EVIL, "a@b\nBcc: c@d.e", "<a@b.c>", "a@b.c, d@e.f", "a b@c.d", "a@", "@b.c",
                                     '"a\\"@b.c', "a@b..c", "é@b.c", "x" * 65 + "@b.c"])
def test_what_could_end_a_header_is_no_address(address: str):
    assert not is_address(address)


def test_a_header_cannot_be_smuggled_in(mailing: Config):
    message = mail_message(mailing, "p@bank.example", "Eve\r\nBcc: x@y.z", "Hello\r\nBcc: x@y.z\x00", "Text",
                           message_id="<1@bank.example>", opt_out=f"{SITE}/o/1")

    again = email.message_from_bytes(message.as_bytes(), policy=default)
    assert again["Bcc"] is None
    assert len(again["To"].addresses) == 1
    with pytest.raises(NotSent):
        mail_message(mailing, EVIL, "", "Hello", "Text", message_id="<1@b>", opt_out="")


def test_a_roster_with_an_evil_row_is_refused_whole(mailing: Config):
    people = roster(PEOPLE[:1])

    with pytest.raises(BadInput) as refused, transaction() as session:
        add_invitations(session, SECRET, people.study, people.link, [Person("Good"), Person("Evil", EVIL)])

    assert [(row.row, row.column) for row in refused.value.rows] == [(3, "address")]
    assert len(fresh().scalars(select(Invitation.id)).all()) == 1


@pytest.mark.parametrize(("body", "reason"), [
    ("Hello {name}", "lacks {link}"), ("{link} {opt_out} {promise} {secret}", "leads nowhere"),
    ("{link} {opt_out} {promise} {0.__class__}", "leads nowhere"), ("{link} {opt_out} {promise} {", "leads nowhere")])
def test_a_text_that_cannot_be_sent_is_refused(mailing: Config, body: str, reason: str):
    people = roster(PEOPLE[:1])

    with pytest.raises(BadInput, match=reason), transaction() as session:
        set_wording(session, people.study, "staff", INVITATION, "en", Wording("Subject", body))


def test_a_name_with_holes_is_not_filled_again(mailing: Config):
    people = roster([Person("{link} {opt_out}", "p@bank.example")])
    person = fresh().scalars(select(Invitation)).first()
    sender = sender_of(fresh(), SECRET, SITE, people.study, people.wave, people.link)

    assert message_to(sender, person, INVITATION).body.startswith("Dear {link} {opt_out},")


def test_a_studys_own_words_are_sent(mailing: Config, tmp_path: Path):
    people = roster(PEOPLE[:1])
    with transaction() as session:
        set_wording(session, people.study, "staff", INVITATION, "en",
                    Wording("Ours: {title}", "Hi {name} {link} {opt_out} {promise}"))
    queue(people)

    send(mailing, people)

    letter = email.message_from_bytes(next((tmp_path / "outbox").glob("*.eml")).read_bytes(), policy=default)
    assert letter["Subject"] == "Ours: Small questionnaire"
    assert letter.get_content().startswith("Hi Person 1")
