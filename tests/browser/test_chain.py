"""The whole chain in a browser: an answer, a coded passage, the diagnosis, and both in the PDF."""

import io
import re
from collections.abc import Callable
from itertools import pairwise

import pypdfium2
import pytest
from playwright.sync_api import Browser, Page, expect

from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.jobs.sample import add_sample_study
from surveyapp.models.diagnosis import Job
from surveyapp.queue import prepare_queue
from surveyapp.services.account import add_account, add_member
from surveyapp.services.diagnosis import diagnosis_of, list_jobs, newest_diagnosis
from surveyapp.services.study import get_study, get_wave, list_links
from tests.browser.mouse import drag
from tests.conftest import PASSWORD

pytestmark = pytest.mark.browser
ITEM = "INF2"
PASSAGE = "I only noticed when the customer told me that the address was three years old"
EDITED = "The address was three years old; the customer had to tell us."


@pytest.fixture
def site(serve: Callable[[], str], database: Database) -> str:
    """A running server with the synthetic bank study's answers, and a researcher."""
    prepare_queue()
    with transaction() as session:
        study = add_sample_study(session, "bank_crm", "bank", with_interviews=False)
        add_member(session, study, add_account(session, "anna", "Anna", "researcher", PASSWORD))
    return serve()


def fill_in_the_staff_questionnaire(browser: Browser, site: str) -> None:
    session = read_session()
    links = list_links(session, get_wave(session, get_study(session, "bank")))
    token = next(link.token for link, published in links if published.audience == "staff")
    page = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
    page.goto(f"{site}/q/{token}?lang=en")
    page.check("#consent")
    page.click("button.primary")
    for _ in range(12):
        if page.locator(".code .value").count():
            return
        for group, (number, _next) in zip(page.locator("fieldset:visible").all(), pairwise(range(200)), strict=False):
            radios = group.locator("input[type=radio]")
            if radios.count() >= 5:
                radios.nth((number * 2) % 5).check()
        if page.locator(f"input[name={ITEM}]").count():
            page.check(f"input[name={ITEM}][value='5']")
            page.check("input[name=AC1][value='2']")
        page.click("button.primary")
    raise AssertionError(f"no end in sight at {page.url}")


def log_in(browser: Browser, site: str) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(f"{site}/login")
    page.fill("[name=login]", "anna")
    page.fill("[name=password]", PASSWORD)
    page.click("button.primary")
    return page


def log_and_code_an_interview(page: Page, site: str) -> None:
    page.goto(f"{site}/studies/1/interviews/new")
    page.select_option("[name=audience]", "staff")
    page.select_option("[name=role]", "relationship_manager")
    page.select_option("select[name=language]", "en")
    page.check("[name=has_consent]")
    page.check("[name=record][value=verbatim]")
    page.fill("[name=text]", f"Interviewer: What was missing last time?\n\nRM: {PASSAGE}. It happens every week.\n")
    page.click("main button.primary")
    page.goto(f"{site}/studies/1/interviews/1?turn=2")
    drag(page, PASSAGE, PASSAGE)
    page.click("#palette [data-code='PRB.INFO']")
    expect(page.locator("#rows tr")).to_have_count(1)
    page.click("#row-c1 a")
    page.fill("#edited-en", EDITED)
    page.fill("#edited-zh", "地址是三年前的，还是客户自己告诉我们的。")
    page.click("button[value=print]")


def diagnose(page: Page, site: str) -> Job:
    """Close collection, ask for the diagnosis, and do the job as the worker does."""
    from surveyapp.jobs.worker import do_job

    page.goto(f"{site}/studies/1")
    page.click("button[value=close]")
    page.goto(f"{site}/studies/1/diagnosis")
    page.click("main button.primary")
    close_read_session()
    job = list_jobs(read_session(), get_study(read_session(), "bank"))[0]
    close_read_session()
    do_job(job.id)
    page.goto(f"{site}/studies/1/reports")
    return job


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    text = " ".join(page.get_textpage().get_text_range() for page in document)
    return re.sub(r"\s+", " ", text)


def test_an_answer_and_a_passage_arrive_in_the_report(browser: Browser, site: str):
    fill_in_the_staff_questionnaire(browser, site)
    page = log_in(browser, site)
    log_and_code_an_interview(page, site)

    diagnose(page, site)
    address = page.locator("tr", has_text="English").locator("a").first.get_attribute("href")
    pdf = text_of(page.request.get(f"{site}{address}").body())

    stored = newest_diagnosis(read_session(), get_study(read_session(), "bank"))
    diagnosis = diagnosis_of(stored)
    assert diagnosis.screening["staff"].n_submitted == 181
    problem = next(row for row in diagnosis.problems if row.level.construct == "PRB_INFO")
    assert problem.interview.supports == 1
    assert f"(n {problem.level.n})" in pdf
    assert "181" in pdf
    assert EDITED in pdf
    assert PASSAGE not in pdf
