"""Row B1: one switch takes the organisation's names out of every output; a scan of each of them finds none."""

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
from flask.testing import FlaskClient

from analysis.results.actions import Action, KpiReading, Milestone
from instruments.codec import to_document
from instruments.facts import Unit
from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.jobs.diagnose import compute_diagnosis, report_content, write_report
from surveyapp.jobs.export import write_files
from surveyapp.jobs.further_report import WRITERS as FURTHER
from surveyapp.jobs.further_report import further_reports
from surveyapp.jobs.measure import measure_study
from surveyapp.jobs.sample import add_sample_study
from surveyapp.models.study import Study
from surveyapp.services.account import add_account
from surveyapp.services.action import load_register, save_action
from surveyapp.services.action_sheet import register_document, write_action_sheet
from surveyapp.services.anonymised import anonymise_organisation, masked, masks_of, shown_name
from surveyapp.services.diagnosis import diagnosis_of, newest_diagnosis, store_diagnosis, store_report
from surveyapp.services.disclosure import plan_release
from surveyapp.services.exchange_export import WRITERS, export_interviews
from surveyapp.services.joint_sheet import shared_display, write_joint_sheet
from surveyapp.services.measurement import subject_of
from surveyapp.services.report_files import FILES
from surveyapp.services.report_release import get_release, release_report
from surveyapp.services.study import facts_of, get_instrument, get_study, get_wave, instrument_of
from surveyapp.services.upkeep import close_collection
from tests.conftest import PASSWORD

BANK, BANK_ZH, CITY, UNIT = "Harbour Commercial Bank", "海港商业银行股份有限公司", "Kingsport", "Kingsport main outlet"
STUDY = "Harbour Commercial Bank 2026"
NAMES = (BANK, BANK_ZH, CITY, UNIT, "Kingsport board", "海港")


@pytest.fixture
def named(database) -> Iterator[Study]:
    """The sample branch under an invented name that stands in facts, units, an open answer and an interview."""
    with transaction() as session:
        study = add_sample_study(session, "bank_crm", STUDY)
        facts = facts_of(study)
        study.facts = to_document(replace(
            facts, organisation={"en": BANK, "zh": BANK_ZH},
            sponsor={"en": "Kingsport board", "zh": "海港商业银行董事会"},
            profile={**facts.profile, "history": {"en": f"{BANK} came to {CITY} in 1998.",
                                                  "zh": f"{BANK_ZH}于1998年设立。"}},
            units=(Unit("root", {"en": BANK, "zh": BANK_ZH}), *(
                replace(unit, parent="root", name={"en": f"{UNIT} {n}", "zh": f"海港第{n}支行营业部"})
                for n, unit in enumerate(facts.units[1:], start=1)))))
    study = get_study(read_session(), STUDY)
    wave = get_wave(read_session(), study)
    diagnosis = compute_diagnosis(study, wave, n_resamples=60)
    with transaction() as session:
        store_diagnosis(session, get_study(session, study.id), get_wave(session, study), diagnosis)
    _decide()
    yield get_study(read_session(), STUDY)
    close_read_session()


def _decide() -> None:
    """Release the report and record a decision whose words name the bank."""
    with transaction() as session:
        study = get_study(session, STUDY)
        stored = newest_diagnosis(session, study)
        for language in ("en", "zh"):
            store_report(session, stored, language, b"%PDF-1.7 the report")
        account = add_account(session, "may", "May", "administrator", PASSWORD)
        close_collection(session, "secret of the test", study, get_wave(session, study))
        release = release_report(session, study, account)
        today = release.released_on.isoformat()
        save_action(session, study, release, Action(
            "S1.2", "accepted", today, f"Board of {BANK}", reason=f"{CITY} wishes it.", owner=f"{BANK_ZH}科技部",
            starts_on=today, milestones=(Milestone(f"List of {UNIT} fixed", today),),
            readings=(KpiReading("1", 71.0, today, f"monthly report of {BANK}"),)), 0, account)
    close_read_session()


def switched(study: Study, *, is_on: bool) -> Study:
    close_read_session()
    with transaction() as session:
        anonymise_organisation(session, get_study(session, study.id), is_on=is_on, further=(CITY, "海港", UNIT))
    return get_study(read_session(), study.id)


def outputs(study: Study, folder: Path, client: FlaskClient) -> dict[str, str]:
    """Return the text of everything that leaves: reports in every form, exports, sheets, pages of results."""
    stored = newest_diagnosis(read_session(), study)
    wave = get_wave(read_session(), study)
    found = {}
    for language in ("en", "zh"):
        report = report_content(study, stored, language)
        found[f"report json {language}"] = json.dumps(to_document(report), ensure_ascii=False)
        for format in FILES:
            found[f"report {format} {language}"] = _text(FILES[format][1](report))
    pdf = pypdfium2.PdfDocument(write_report(study, stored, "en").content)
    found["report pdf"] = " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in pdf)
    found["report pdf properties"] = json.dumps(pdf.get_metadata_dict(), ensure_ascii=False)
    pdf.close()
    published = get_instrument(read_session(), study, "staff")
    release = plan_release(read_session(), study, wave, published)
    for format in ("csv", "xlsx", "sav", "ddi", "r"):
        written = write_files(release, format, folder / f"{shown_name(study).replace(' ', '_')}.{format}")
        found |= {f"{format} {path.name}": _text(path.read_bytes()) for path in written.paths}
    found |= _further(study, wave.key)
    for kind in WRITERS:
        stream = io.BytesIO()
        with transaction() as session:
            export_interviews(session, get_study(session, study.id), kind, stream, language="en", account=None)
        found[f"interviews {kind}"] = _text(stream.getvalue())
    study = get_study(read_session(), study.id)
    sheet = io.BytesIO()
    write_joint_sheet(shared_display(read_session(), study), study, "en", sheet)
    found["joint sheet"] = _text(sheet.getvalue())
    found["measurement"] = str(subject_of(study, measure_study(study, wave, "staff"), instrument_of(published), "en"))
    close_read_session()
    found |= _register(study)
    for page in ("diagnosis", "quality", "what-if", "joint", "reports", "plan", "actions"):
        answer = client.get(f"/studies/{study.id}/{page}")
        assert answer.status_code == 200, (page, answer.location)
        found[f"page {page}"] = answer.text
    return found


def _further(study: Study, wave: str) -> dict[str, str]:
    found = {}
    for kind in FURTHER.keys() - {"progress"}:      # it needs a second wave
        for about, one in further_reports(study, kind, wave, ("en", "zh")):
            name = f"{kind} {one.language} {about}"
            found[name] = f"{about} {json.dumps(to_document(one), ensure_ascii=False)}"
            found[f"{name} sheet"] = _text(FILES["xlsx"][1](one))
    assert {name.split()[0] for name in found} == FURTHER.keys() - {"progress"}
    return found


def _register(study: Study) -> dict[str, str]:
    sheet = io.BytesIO()
    actions = load_register(read_session(), study, get_release(read_session(), study))
    write_action_sheet(actions, "en", sheet, masks_of(study))
    return {"register sheet": _text(sheet.getvalue()),
            "register json": json.dumps(masked(study, register_document(actions)), ensure_ascii=False)}


def _text(content: bytes) -> str:
    if not content.startswith(b"PK"):
        return content.decode("utf-8", errors="ignore")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return " ".join(f"{name} {_text(archive.read(name))}" for name in archive.namelist())


def test_b1_the_switch_takes_the_names_out_of_every_output(named: Study, tmp_path: Path, client: FlaskClient):
    with transaction() as session:
        add_account(session, "anna", "Anna", "administrator", PASSWORD)
    close_read_session()        # what was read before does not know the account
    client.post("/login", data={"login": "anna", "password": PASSWORD})
    study = switched(named, is_on=False)
    before = json.dumps(to_document(report_content(study, newest_diagnosis(read_session(), study), "en")))
    page = client.get(f"/studies/{study.id}/diagnosis").text
    client_register = client.get(f"/studies/{study.id}/actions").text

    after = outputs(switched(named, is_on=True), tmp_path, client)

    assert all(name in before for name in (BANK, UNIT, "Kingsport board"))
    assert BANK in page
    assert BANK in client_register
    found = {where: sorted({name for name in NAMES if name in text}) for where, text in after.items()}
    assert {where: names for where, names in found.items() if names} == {}
    assert len(after) >= 25


def test_b1_labels_stand_in_place_of_the_names_and_the_tree_keeps_its_shape(named: Study):
    study = switched(named, is_on=True)

    report = to_document(report_content(study, newest_diagnosis(read_session(), study), "en"))

    text = json.dumps(report, ensure_ascii=False)
    assert "Bank A, SZ branch" in text          # what the template calls the organisation
    assert "Unit 2" in text
    assert len(masks_of(study).apply(facts_of(study)).units) == len(facts_of(study).units)


def test_b1_turned_off_every_name_is_back(named: Study):
    switched(named, is_on=True)
    study = switched(named, is_on=False)

    report = to_document(report_content(study, newest_diagnosis(read_session(), study), "en"))

    assert BANK in json.dumps(report)
    assert diagnosis_of(newest_diagnosis(read_session(), study)).provenance.study == STUDY
