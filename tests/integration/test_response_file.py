"""Files of respondents on both databases: gone with what they belong to, and apart from answers when they leave."""

import io
import random
import zipfile
from collections.abc import Mapping

import pytest
from sqlalchemy import func, select

from surveyapp.cli import run
from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.errors import Refused
from surveyapp.models.audit import Audit
from surveyapp.models.response import Response, ResponseFile
from surveyapp.services.disclosure import plan_release
from surveyapp.services.erasure import ANSWERS, erase_study
from surveyapp.services.release_files import FileRelease, plan_files, write_files_archive
from surveyapp.services.response_file import receive
from surveyapp.services.response_page import save_page
from surveyapp.services.response_token import withdrawal_code
from surveyapp.services.sealed_transfer import seal_responses, unseal_responses
from surveyapp.services.site_key import load_site
from surveyapp.services.study import close_wave, get_instrument, get_study, get_wave
from surveyapp.services.withdrawal import request_withdrawal
from tests.factories import files as file
from tests.factories import questionnaire as make
from tests.factories import uploads
from tests.factories.filler import NOW, SECRET, Filler

N_PEOPLE = 6


def send(filler: Filler, key: str, content: bytes, **answers: object) -> None:
    """Post the page of an item with a file."""
    item = filler.read().questionnaire.item(key)
    form = filler.form(item.item.section, **answers)
    with transaction() as session:
        outcome = save_page(session, SECRET, filler.token, item.item.section, form, NOW,
                            {key: receive(item, content)})
    assert not outcome.problems


@pytest.fixture
def link(any_database) -> str:
    with transaction() as session:
        return make.link_of(session, uploads.study(session)).token


def answered(link: str, number: int = 0) -> Filler:
    """Return somebody who sent a picture of a size of its own and handed in."""
    filler = Filler(link)
    send(filler, "PHOTO", file.picture(size=(20 + number, 20)), ROLE="rm" if number % 2 else "teller", WHY=f"w{number}")
    filler.save("B", L1=3, L2=2)
    filler.submit()
    return filler


def n_files() -> int:
    close_read_session()
    n = read_session().scalar(select(func.count()).select_from(ResponseFile)) or 0
    close_read_session()        # closing a wave rewrites the table, which nobody may be reading
    return n


def close() -> None:
    with transaction() as session:
        study = get_study(session, "small")
        close_wave(session, study, get_wave(session, study))


def released() -> FileRelease:
    with transaction() as session:
        study = get_study(session, "small")
        return plan_files(session, study, get_wave(session, study), get_instrument(session, study, "staff"))


def archive() -> Mapping[str, bytes]:
    stream = io.BytesIO()
    with transaction() as session:
        study = get_study(session, "small")
        published = get_instrument(session, study, "staff")
        release = plan_files(session, study, get_wave(session, study), published)
        write_files_archive(session, study, published, release, stream)
    with zipfile.ZipFile(stream) as packed:
        assert {entry.date_time for entry in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        return {name: packed.read(name) for name in packed.namelist()}


def test_a_withdrawn_response_loses_its_file_at_closing(link: str):
    for number in range(N_PEOPLE):
        filler = answered(link, number)
    with transaction() as session:
        request_withdrawal(session, SECRET, withdrawal_code(SECRET, filler.token))
    assert n_files() == N_PEOPLE

    close()

    assert n_files() == N_PEOPLE - 1


def test_erased_answers_take_their_files_along(link: str):
    answered(link)

    with transaction() as session:
        study = get_study(session, "small")
        study.erasure = ANSWERS
        erase_study(session, study)

    assert n_files() == 0


def test_a_page_that_is_not_stored_leaves_no_file(link: str):
    filler = Filler(link)
    item = filler.read().questionnaire.item("PHOTO")

    with pytest.raises(RuntimeError), transaction() as session:
        save_page(session, SECRET, filler.token, "A", filler.form("A"), NOW, {"PHOTO": receive(item, file.picture())})
        raise RuntimeError("the server dies before it commits")

    assert n_files() == 0


def test_files_leave_only_after_closing_and_of_enough_people(link: str):
    for number in range(N_PEOPLE - 2):
        answered(link, number)

    with pytest.raises(Refused, match="still open"):
        released()
    close()
    with pytest.raises(Refused, match="Fewer than 5"):
        released()


def test_nothing_leads_from_an_anonymous_file_to_a_row_or_to_the_file_of_another_archive(link: str):
    for number in range(N_PEOPLE):
        answered(link, number)
    close()
    stored = {row.name for row in uploads.stored_rows()}

    one, other = archive(), archive()
    with transaction() as session:
        study = get_study(session, "small")
        release = plan_release(session, study, get_wave(session, study), get_instrument(session, study, "staff"))
        cells = {str(cell) for table in release.tables for row in table.rows() for cell in row}

    assert len(one) == len(other) == N_PEOPLE
    assert not set(one) & set(other)
    assert not any(name.split("/")[1] in stored for name in (*one, *other))
    assert not any("PHOTO" in column for table in release.tables for column in table.header)
    assert not cells & stored
    assert [treatment.document() for treatment in release.treatments if treatment.column == "PHOTO"] == [
        {"column": "PHOTO", "treatment": "split_off", "n_affected": N_PEOPLE, "to": "files"}]
    assert set(one.values()) == {row.content for row in uploads.stored_rows()}


def test_the_order_of_an_archive_tells_nothing(link: str, monkeypatch: pytest.MonkeyPatch):
    for number in range(N_PEOPLE):
        answered(link, number)
    close()
    orders = set()

    for seed in range(8):
        monkeypatch.setattr("surveyapp.services.release_files._chance", random.Random(seed))
        orders.add(tuple(archive().values()))

    assert len(orders) > 1


def test_files_of_an_item_that_too_few_were_asked_stay_here(link: str):
    for number in range(N_PEOPLE):
        filler = Filler(link)
        send(filler, "PHOTO", file.picture(size=(20 + number, 20)), ROLE="rm" if number < 2 else "teller", WHY="w")
        if number < 2:
            send(filler, "PAPER", file.PDF, L1=3)
        else:
            filler.save("B", L1=3)
        filler.submit()
    close()

    found = released()

    assert found.kept_back == {"PAPER": 2}
    assert {place.split("/")[0] for place, _ in found.files} == {"PHOTO"}


def test_that_files_left_is_recorded(link: str):
    for number in range(N_PEOPLE):
        answered(link, number)
    close()

    archive()

    close_read_session()
    entry = read_session().scalars(select(Audit).where(Audit.action == "export_files")).one()
    assert entry.after == {"n_files": N_PEOPLE, "kept_back": {}}


def test_an_archive_without_files_is_refused(link: str):
    for _ in range(N_PEOPLE):
        filler = Filler(link)
        filler.save("A", ROLE="rm")
        filler.submit()
    close()

    with pytest.raises(Refused, match="no files that may leave"):
        archive()


def test_files_travel_with_a_sealed_package(link: str, tmp_path):
    for number in range(N_PEOPLE):
        answered(link, number)
    close()
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
    here, there = load_site(tmp_path / "here"), load_site(tmp_path / "there")
    contents = {row.content for row in uploads.stored_rows()}
    with transaction() as session:
        study = get_study(session, "small")
        package, n = seal_responses(session, study, get_wave(session, study),
                                    get_instrument(session, study, "staff"), here, there.public)
    with transaction() as session:
        uploads.study(session, "other")

    for _ in range(2):
        with transaction() as session:
            other = get_study(session, "other")
            unseal_responses(session, other, get_wave(session, other), get_instrument(session, other, "staff"), there,
                             here.public, package)

    assert n == N_PEOPLE
    close_read_session()
    other_links = {make.link_of(read_session(), get_study(read_session(), "other")).id}
    arrived = read_session().scalars(select(ResponseFile).join(
        Response, Response.key == ResponseFile.response_key).where(Response.link_id.in_(other_links))).all()
    assert {row.content for row in arrived} == contents
    assert len(arrived) == N_PEOPLE


def test_the_command_writes_the_files_of_a_closed_wave(link: str, tmp_path, monkeypatch, capsys):
    for number in range(N_PEOPLE):
        answered(link, number)
    close()
    monkeypatch.setattr("surveyapp.cli.responses.open_database", lambda: None)      # the test's own is in use

    status = run(["responses", "files", "small", "staff", "-o", str(tmp_path / "files.zip")])

    assert status == 0
    assert "Wrote 6 files" in capsys.readouterr().out
    with zipfile.ZipFile(tmp_path / "files.zip") as packed:
        assert len(packed.namelist()) == N_PEOPLE
