"""The pages of a research team, with something on each of them, and a browser brought there."""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from analysis.results.actions import Action, Milestone
from instruments.template_loader import load_catalogue_template
from reports.sections.study import study_report
from surveyapp.config import Config
from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.jobs.customers import compute_picture
from surveyapp.jobs.interview_analysis import analyse_study
from surveyapp.jobs.pilot import judge_wave
from surveyapp.models.customer import COMPLETENESS, RELATIONS
from surveyapp.models.diagnosis import StoredDiagnosis
from surveyapp.models.interview import Interview
from surveyapp.models.study import Study
from surveyapp.sample.customer_files import generate_records, generate_relations
from surveyapp.sample.customers import generate_customers
from surveyapp.sample.plan import BANK_PLAN
from surveyapp.services.account import add_account, find_account
from surveyapp.services.action import save_action
from surveyapp.services.adoption import begin_adoption
from surveyapp.services.coding import apply_code, apply_link
from surveyapp.services.customer import stage_upload
from surveyapp.services.customer_import import read_file, store_rows
from surveyapp.services.diagnosis import diagnosis_of, store_diagnosis, store_report
from surveyapp.services.invitation import Person
from surveyapp.services.memo import write_segment_memo
from surveyapp.services.pilot import get_pilot, open_pilot, store_judgement
from surveyapp.services.publication import publish_version
from surveyapp.services.rehearsal import store_rehearsal
from surveyapp.services.report_files import packed
from surveyapp.services.report_release import release_report
from surveyapp.services.report_review import add_comment
from surveyapp.services.study import close_wave, create_study, facts_of, get_study, get_wave, template_of
from surveyapp.services.upkeep import close_collection
from surveyapp.services.wave import add_wave, start_wave
from tests.conftest import PASSWORD
from tests.factories import coding
from tests.factories import questionnaire as make
from tests.factories.application import lent
from tests.factories.diagnosis import rich_diagnosis
from tests.factories.follow_up import every_verdict
from tests.factories.kept import filling
from tests.factories.known import known_study
from tests.factories.roster import SECRET, Roster, finish, roster

LOGIN = "administrator"
PLACES = "staff_pages.pickle"
FOUND = {"audience": "staff", "version": "1.0.0", "n_walks": 60, "n_at_end": 59,
         "ends": {"submitted": 50, "screened": 9},
         "pages": {"A": 60}, "sections_never_shown": ["E"], "items_never_shown": ["BOSS"],
         "choices_never_offered": ["ROLE: na"], "screens_never_met": [], "quotas_never_met": [],
         "minutes": {"en": 4.2, "zh": 4.4}, "faults": {"C: the page cannot be passed": 1}, "is_complete": False}


@dataclass(frozen=True)
class StaffPages:
    """Addresses of the pages; made once, as they are the same in every language."""

    bank: Study
    small: Roster
    known: Roster
    kiosk: str
    interview: int
    upload: int
    adoption: int

    def paths(self) -> dict[str, str]:
        bank, small, known = (f"/studies/{one.id}" for one in (self.bank, self.small.study, self.known.study))
        return {
            "staff_study": small, "staff_collection": f"{small}/fieldwork",
            "staff_roster": f"{small}/waves/w1/invitations/staff", "staff_rehearsal": f"{small}/rehearsal",
            "staff_versions": f"{small}/questionnaires/staff/versions", "staff_export": f"{small}/answers",
            "staff_paper": f"{small}/waves/w2/paper/staff?batch=north&language=en", "staff_pilot": f"{bank}/pilot",
            "staff_customers": f"{bank}/customers", "staff_customer_values": f"{bank}/customers/value",
            "staff_customer_upload": f"{bank}/customers/uploads/{self.upload}",
            "staff_diagnosis": f"{bank}/diagnosis", "staff_quality": f"{bank}/quality",
            "staff_own_problems": f"{bank}/constructs", "staff_own_problem": f"{bank}/constructs/new?group=problem",
            "staff_plan": f"{bank}/plan", "staff_plan_edit": f"{bank}/plan/measure/S1.1",
            "staff_what_if": f"{bank}/what-if?cause=CAU_TECH&amount=-0.5",
            "staff_joint": f"{bank}/joint", "staff_joint_row": f"{bank}/joint/rows/PRB_EFFECT",
            "staff_joint_claims": f"{bank}/joint/confidence", "staff_joint_claim": f"{bank}/joint/confidence/PRB_INFO",
            "staff_summary": f"{bank}/reports/summary", "staff_evidence": f"{bank}/evidence",
            "staff_finding": f"{bank}/evidence/P2", "staff_review": f"{bank}/reports/2/review",
            "staff_reports": f"{bank}/reports", "staff_actions": f"{bank}/actions",
            "staff_action": f"{bank}/actions/1/S1.2", "staff_action_history": f"{bank}/actions/1/S1.2/history",
            "staff_action_change": f"{bank}/actions/change",
            "staff_coding": f"{bank}/interviews/{self.interview}", "staff_analyses": f"{bank}/interview-analysis",
            "staff_norms": f"{bank}/norms", "staff_change": f"{small}/change", "staff_beside": "/side-by-side",
            "staff_adoptions": "/adoptions", "staff_adoption_scope": f"/adoptions/{self.adoption}/scope",
            "staff_adoption_wording": f"/adoptions/{self.adoption}/wording?audience=staff&page=C",
            "staff_adoption_tiers": f"/adoptions/{self.adoption}/tiers",
            "staff_people": f"{known}/waves/w1/people/staff", "kiosk": f"/k/{self.kiosk}/outlet-07",
        }


def staff_pages(app: Flask) -> StaffPages:
    """Make three studies: one with rates by group, one with a diagnosis and a pilot, one with a key table."""
    client = app.test_client()
    with transaction() as session:
        add_account(session, LOGIN, "Administrator", LOGIN, PASSWORD)
    small = roster([Person(f"Person {k:02}", f"p{k}@bank.example", ("Lending", "Counter", "Back office")[k % 3], "en",
                           {"level": ("staff", "head")[k % 2]}) for k in range(42)], name="rates")
    for place, token in enumerate(small.tokens):
        if place % 7 < 4:
            finish(client, token)
    known = known_study("confidential")
    for token in known.tokens[:6]:
        finish(client, token)
    with transaction() as session:
        study = get_study(session, small.study.id)
        close_collection(session, SECRET, study, get_wave(session, study))
        start_wave(session, study, add_wave(session, study, "w2"))
        publish_version(session, study, make.instrument(title=make.both("Newer questionnaire", "新版问卷")),
                        has_seen_warnings=True, note="Other title")
        store_rehearsal(session, study, {"questionnaires": [FOUND]}, {"en": b"%PDF-1.7"})
        kiosk = make.link_of(session, make.study(session, "kiosk")).token
        bank = _bank(session)
        interview = _interview(session, bank)
        upload = _upload(session, bank)
        account = find_account(session, LOGIN)
        assert account is not None
        adoption = begin_adoption(session, load_catalogue_template("bank_crm"), account).id
    _judge(bank)
    analyse_study(bank)
    compute_picture(bank)
    close_read_session()
    return StaffPages(bank, small, known, kiosk, interview.id, upload, adoption)


def fill_staff_pages(app: Flask, empty: Path, path: Path) -> None:
    """Make a file with the three studies from an empty database, and beside it where their pages are."""
    shutil.copy(empty, path)
    config = Config(database_url=f"sqlite:///{path}", home=path.parent, secret_key=SECRET, is_testing=True)
    with filling(path) as database, lent(app, config, database):
        pages = staff_pages(app)
    (path.parent / PLACES).write_bytes(pickle.dumps(pages))


def kept_staff_pages(file: Path) -> StaffPages:
    """Return where the pages are of the studies in a kept file."""
    pages: StaffPages = pickle.loads((file.parent / PLACES).read_bytes())  # noqa: S301 - this run wrote it
    return pages


def _bank(session: Session) -> Study:
    template = load_catalogue_template("bank_crm")
    bank = create_study(session, template, "bank branch")
    wave = get_wave(session, bank)
    close_wave(session, bank, wave)
    stored = store_diagnosis(session, bank, wave, rich_diagnosis(template))
    _decide(session, bank, stored)
    store_rows(session, bank, generate_customers(BANK_PLAN), "customers.csv")
    store_rows(session, bank, generate_records(BANK_PLAN), "completeness.csv", COMPLETENESS)
    store_rows(session, bank, generate_relations(BANK_PLAN), "relations.csv", RELATIONS)
    close_wave(session, bank, open_pilot(session, bank))
    return bank


def _upload(session: Session, bank: Study) -> int:
    """A customer file that waits for a yes."""
    account = find_account(session, LOGIN)
    assert account is not None
    content = b"customer_id,aum,tier\nK1,5000,basic\nK2,80000,growth\n"
    return stage_upload(session, bank, read_file(bank, content, "customers.csv", as_on="2026-06-30"), account).id


def _decide(session: Session, bank: Study, stored: StoredDiagnosis) -> None:
    """Release the report, decide on a measure twice, diagnose with what became of it, and comment on its draft."""
    store_report(session, stored, "en", b"%PDF-1.7")
    release = release_report(session, bank)
    day = release.released_on.isoformat()
    decided = Action("S1.2", "accepted", day, "Board", owner="Retail banking", units=("corporate", "retail"),
                     starts_on="2026-01-01", milestones=(Milestone("Trained", "2026-02-01"),))
    save_action(session, bank, release, decided, 0)
    save_action(session, bank, release, replace(decided, owner="Technology"), 1)
    newest = store_diagnosis(session, bank, get_wave(session, bank),
                             replace(diagnosis_of(stored), follow_up=every_verdict(decided)))
    content = study_report(diagnosis_of(newest), template_of(session, bank), facts_of(bank), language="en")
    draft = store_report(session, newest, "en", b"%PDF-1.7 draft", tree=packed(content), is_draft=True)
    add_comment(session, bank, draft, "limits:0", "Say it in plainer words.", find_account(session, LOGIN))


def _interview(session: Session, bank: Study) -> Interview:
    """An interview with a coding, a link, and memos in the margin."""
    coder = find_account(session, LOGIN)
    assert coder is not None
    interview = coding.interview(session, bank, key="I01")
    passage = coding.passage(session, interview, "前后登了五个系统")
    apply_code(session, bank, interview, coder, passage, "CAU.TECH", polarity="mixed", memo="Ask again.")
    apply_link(session, bank, interview, coder, passage, cause_key="CAU.TECH", problem_key="PRB.INFO")
    write_segment_memo(session, bank, interview, coder, passage, "Count the systems, and again in May.")
    return interview


def _judge(bank: Study) -> None:
    close_read_session()
    wave = get_pilot(read_session(), bank)
    judged = replace(judge_wave(bank, wave, "staff"), remarks={"GOA1": ("What is meant by goal?",)})
    with transaction() as session:
        store_judgement(session, get_study(session, bank.id), get_pilot(session, bank), judged)
    close_read_session()


class StaffTour:
    """Brings a logged-in browser to the pages of a research team."""

    def __init__(self, pages: StaffPages, site: str, page: Page, language: str) -> None:
        self.pages, self.site, self.page, self.language = pages, site, page, language

    def log_in(self) -> None:
        self.page.goto(f"{self.site}/login")
        self.page.fill("input[name=login]", LOGIN)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.click("button.primary")
        expect(self.page.locator("input[name=password]")).to_have_count(0)
        with self.page.expect_navigation():
            self.page.click(f"button[value={self.language}]")

    def kinds(self) -> dict[str, Callable[[], None]]:
        return {kind: lambda path=path: self.go(path) for kind, path in self.pages.paths().items()}

    def go(self, path: str) -> None:
        at = f"?lang={self.language}" if path.startswith("/k/") else ""
        reply = self.page.goto(f"{self.site}{path}{at}")
        assert reply is not None
        assert reply.ok, f"{reply.status} {path}"
        if path.endswith("/people/staff"):
            self.page.fill("#text", "Person 1")
            self.page.click("main button.primary")
        self.page.evaluate("document.querySelectorAll('main details').forEach(part => { part.open = true; })")
