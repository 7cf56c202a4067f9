"""A workbook of person, link and message, to be pasted into whatever channel a branch uses."""

from __future__ import annotations

from typing import IO

from surveyapp.db.base import utc_now
from surveyapp.models.account import Account
from surveyapp.models.invitation import Invitation
from surveyapp.models.mail import SENT, OutboxMessage
from surveyapp.services.audit import record_change
from surveyapp.services.invitation import list_roster
from surveyapp.services.invitation_token import new_nonce
from surveyapp.services.mail_text import INVITATION, PASTE
from surveyapp.services.message import Sender, message_to
from surveyapp.services.outbox import kinds_sent

HEADS = {"en": ("Person", "Unit", "Link", "Message"), "zh": ("姓名", "部门", "链接", "消息")}
WIDTHS = (24, 20, 50, 100)


def write_handout(sender: Sender, stream: IO[bytes], language: str = "en", account: Account | None = None) -> int:
    """Write the workbook of everybody invited who wants to hear of the study; return how many.

    Always everybody: a list of those who have not finished would show who has not, which nobody may see.
    """
    import xlsxwriter  # few requests need it

    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
                                        "strings_to_numbers": False})
    sheet = book.add_worksheet()
    head = book.add_format({"bold": True})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    for column, (name, width) in enumerate(zip(HEADS.get(language, HEADS["en"]), WIDTHS, strict=True)):
        sheet.set_column(column, column, width, wrapped)
        sheet.write_string(0, column, name, head)
    sheet.freeze_panes(1, 0)
    people = handed_out_people(sender)
    for number, person in enumerate(people, start=1):
        message = message_to(sender, person, PASTE)
        for column, value in enumerate((person.label or person.address or "", person.unit, message.link,
                                        message.body.strip())):
            sheet.write_string(number, column, value)
    book.close()
    record_handout(sender, len(people), account)
    return len(people)


def handed_out_people(sender: Sender) -> list[Invitation]:
    """Return everybody invited who wants to hear of the study, whether they have answered or not."""
    return [row for row in list_roster(sender.session, sender.link) if not row.has_opted_out]


def record_handout(sender: Sender, n: int, account: Account | None) -> None:
    """Note in the audit log that personal links left as a file or a list."""
    record_change(sender.session, "export_invitations", f"link {sender.link.id}", study_id=sender.study.id,
                  account=account, after={"n": n})


def note_handed_out(sender: Sender) -> int:
    """Note that everybody in the roster got the link by hand: they count as asked and get no invitation by mail."""
    sent = kinds_sent(sender.session, sender.wave)
    n = 0
    for person in list_roster(sender.session, sender.link):
        if not person.has_opted_out and INVITATION not in sent.get(person.id, ()):
            sender.session.add(OutboxMessage(
                invitation_id=person.id, wave_id=sender.wave.id, kind=INVITATION, state=SENT,
                message_id=f"by-hand-{new_nonce()}", handled_on=utc_now().date()))
            n += 1
    sender.session.flush()
    return n
