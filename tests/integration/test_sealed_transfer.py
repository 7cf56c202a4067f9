"""A sealed package carries answers between two sites: readable by one, signed by the other, never counted twice."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.errors import BadInput, Refused, WaveClosed
from surveyapp.models.audit import Audit
from surveyapp.models.response import Response, ResponsePage
from surveyapp.models.wave import QuestionnaireLink
from surveyapp.services.response import Agreement, find_door, start_response
from surveyapp.services.response_finish import submit_response
from surveyapp.services.response_page import save_page
from surveyapp.services.response_token import issue_token
from surveyapp.services.sealed_transfer import Unsealed, seal_responses, unseal_responses
from surveyapp.services.site_key import Site, load_site, read_public_line
from surveyapp.services.study import close_wave, get_instrument, get_study, get_wave, reopen_wave
from tests.factories import questionnaire as make


@pytest.fixture
def outside(tmp_path: Path) -> Site:
    (tmp_path / "outside").mkdir()
    return load_site(tmp_path / "outside")


@pytest.fixture
def inside(tmp_path: Path) -> Site:
    (tmp_path / "inside").mkdir()
    return load_site(tmp_path / "inside")


@pytest.fixture
def studies(request: pytest.FixtureRequest, any_database: Database) -> None:
    """The same questionnaire at two sites, anonymous unless the test asks for another mode; one has three answers."""
    privacy = getattr(request, "param", "anonymous")
    with transaction() as session:
        make.study(session, "outside", privacy=privacy)
        make.study(session, "inside", privacy=privacy)
    for role in ("rm", "teller", "teller"):
        answer(role)


def answer(role: str) -> None:
    with transaction() as session:
        link = make.link_of(session, get_study(session, "outside")).token
        token = issue_token(make.SECRET, link, find_door(session, link).questionnaire.content_hash)
        start_response(session, make.SECRET, link, token, "zh", Agreement(is_given=True))
        save_page(session, make.SECRET, token, "A", {":seen": ["ROLE"], ":deed": ["next"], "ROLE": [role]})
        submit_response(session, make.SECRET, token)


def places(session, name: str):
    study = get_study(session, name)
    return study, get_wave(session, study), get_instrument(session, study, "staff")


def close(name: str = "outside") -> None:
    with transaction() as session:
        study, wave, _ = places(session, name)
        close_wave(session, study, wave)


def seal(site: Site, recipient: Site) -> bytes:
    with transaction() as session:
        package, _ = seal_responses(session, *places(session, "outside"), site, recipient.public)
    return package


def unseal(site: Site, sender: Site, package: bytes) -> Unsealed:
    with transaction() as session:
        return unseal_responses(session, *places(session, "inside"), site, sender.public, package)


def stored(name: str) -> list[tuple[str, dict[str, object]]]:
    close_read_session()
    found = read_session().execute(
        select(Response.key, ResponsePage.answers).join(ResponsePage, ResponsePage.response_key == Response.key)
        .join(QuestionnaireLink, QuestionnaireLink.id == Response.link_id)
        .where(QuestionnaireLink.wave_id == places(read_session(), name)[1].id, ResponsePage.section == "A"))
    return [(row[0], row[1]) for row in found]


def test_what_was_answered_outside_is_there_inside(studies, outside: Site, inside: Site):
    close()

    done = unseal(inside, outside, seal(outside, inside))

    assert (done.n_new, done.n_known) == (3, 0)
    assert sorted(str(answers) for _, answers in stored("inside")) == sorted(
        str(answers) for _, answers in stored("outside"))
    languages = read_session().scalars(select(Response.language)).all()
    assert set(languages) == {"zh"}


@pytest.mark.parametrize("studies", ["confidential"], indirect=True)      # an anonymous wave is closed once
def test_opening_a_package_again_or_a_later_one_adds_nobody_twice(studies, outside: Site, inside: Site):
    close()
    first = seal(outside, inside)
    unseal(inside, outside, first)

    again = unseal(inside, outside, first)
    with transaction() as session:
        study, wave, _ = places(session, "outside")
        reopen_wave(session, study, wave)
    answer("rm")
    close()
    later = unseal(inside, outside, seal(outside, inside))

    assert (again.n_new, again.n_known) == (0, 3)
    assert (later.n_new, later.n_known) == (1, 3)
    assert len(stored("inside")) == 4


def test_the_keys_of_the_two_sites_have_nothing_in_common(studies, outside: Site, inside: Site):
    close()
    unseal(inside, outside, seal(outside, inside))

    here, there = ({key for key, _ in stored(name)} for name in ("inside", "outside"))

    assert here.isdisjoint(there)


def test_a_package_holds_no_word_of_an_answer_in_the_clear(studies, outside: Site, inside: Site):
    close()

    package = seal(outside, inside)

    assert not any(word in package for word in (b"teller", b"ROLE", b"staff", b"outside", b"answers"))


def test_the_order_of_a_package_says_nothing(studies, outside: Site, inside: Site, monkeypatch: pytest.MonkeyPatch):
    close()
    shuffled: list[int] = []
    monkeypatch.setattr("surveyapp.services.sealed_transfer.random.SystemRandom.shuffle",
                        lambda _self, responses: shuffled.append(len(responses)))

    seal(outside, inside)

    assert shuffled == [3]


def test_an_open_wave_is_not_sealed(studies, outside: Site, inside: Site):
    with pytest.raises(Refused, match="still open"):
        seal(outside, inside)


def test_a_closed_wave_takes_no_package(studies, outside: Site, inside: Site):
    close()
    package = seal(outside, inside)
    close("inside")

    with pytest.raises(WaveClosed):
        unseal(inside, outside, package)


@pytest.mark.parametrize("place", [30, 200, -10])
def test_a_changed_package_is_refused_whole(studies, outside: Site, inside: Site, place: int):
    close()
    package = bytearray(seal(outside, inside))
    package[place] ^= 1

    with pytest.raises(BadInput, match="not signed by"):
        unseal(inside, outside, bytes(package))
    assert stored("inside") == []


def test_a_package_of_a_stranger_is_refused(studies, outside: Site, inside: Site, tmp_path: Path):
    close()
    (tmp_path / "stranger").mkdir()
    stranger = load_site(tmp_path / "stranger")

    with pytest.raises(BadInput, match="not signed by"):
        unseal(inside, outside, seal(stranger, inside))


def test_a_package_for_another_site_cannot_be_opened(studies, outside: Site, inside: Site, tmp_path: Path):
    close()
    (tmp_path / "third").mkdir()
    third = load_site(tmp_path / "third")

    with pytest.raises(BadInput, match="sealed for another site"):
        unseal(inside, outside, seal(outside, third))


def test_answers_to_another_version_are_refused(any_database: Database, outside: Site, inside: Site):
    with transaction() as session:
        make.study(session, "outside")
        make.study(session, "inside", make.instrument(title=make.both("Another title")))
    answer("rm")
    close()

    with pytest.raises(Refused, match="with that content"):
        unseal(inside, outside, seal(outside, inside))


def test_both_deeds_are_noted_with_the_other_sites_fingerprint(studies, outside: Site, inside: Site):
    close()
    unseal(inside, outside, seal(outside, inside))

    close_read_session()
    notes = {entry.action: entry.after for entry in read_session().scalars(select(Audit))}
    assert notes["seal_responses"] == {"n": 3, "recipient": inside.public.fingerprint()}
    assert notes["unseal_responses"] == {"n": 3, "n_known": 0, "sender": outside.public.fingerprint()}
    assert json.dumps(notes["seal_responses"])


def test_a_public_line_is_read_back_and_anything_else_refused(outside: Site):
    line = outside.public.line()

    assert read_public_line(f"{line}\n", "x").fingerprint() == outside.public.fingerprint()
    for text in ("", "hello", line[:-5], line.replace("surveyapp-site-1", "surveyapp-site-9"), "surveyapp-site-1 ***"):
        with pytest.raises(BadInput, match="no public line"):
            read_public_line(text, "their-site.txt")


def test_the_private_keys_are_readable_by_their_owner_only(tmp_path: Path, outside: Site):
    path = tmp_path / "outside" / "site.key"

    assert path.stat().st_mode & 0o777 == 0o600
    assert load_site(tmp_path / "outside").public.line() == outside.public.line()


def test_no_package_brings_answers_to_where_more_is_known_of_people(studies, outside: Site, inside: Site):
    with transaction() as session:
        make.study(session, "elsewhere", privacy="identified")
    close()
    package = seal(outside, inside)

    with transaction() as session, pytest.raises(Refused, match="same mode"):
        study, wave, published = places(session, "elsewhere")
        unseal_responses(session, study, wave, published, inside, outside.public, package)
