"""From each sentence of the summary to its evidence, as each role may go; nothing there that a report may not show."""

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from analysis.results.waves import WaveComparison
from reports.sections.source import nested
from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.jobs.sample import add_sample_edits
from surveyapp.models.account import Role
from surveyapp.models.study import Study
from surveyapp.services import evidence
from surveyapp.services.account import add_account, add_member
from surveyapp.services.diagnosis import diagnosis_of, newest_diagnosis
from surveyapp.services.study import get_study
from tests.conftest import PASSWORD
from tests.factories.sample_file import STUDY
from tests.unit.reports.test_progress_report import scale

SENTENCES = {"h1", "h2", "li", "caption"}        # and rows of tables, leads, key figures
COMPARED = WaveComparison("w0", "w1", 318, 160, 158, False, (), (scale("PRB_INFO", -0.4, "changed"),), (), (), "test")
READERS = [role for role in Role if role.can_read_results]


@pytest.fixture
def sqlite_url(tmp_path: Path, diagnosed_file: Path) -> str:
    path = tmp_path / "test.sqlite3"
    shutil.copy(diagnosed_file, path)
    return f"sqlite:///{path}"


@pytest.fixture
def diagnosed(database: Database) -> Study:
    study = get_study(read_session(), STUDY)
    close_read_session()
    return study


def log_in(client: FlaskClient, study: Study, role: str, language: str = "en") -> FlaskClient:
    with transaction() as session:
        account = add_account(session, role, role, role, PASSWORD)
        add_member(session, get_study(session, study.id), account)
    client.post("/login", data={"login": role, "password": PASSWORD})
    client.post("/language", data={"language": language})
    return client


class Sentences(HTMLParser):
    """Collects headings, points, captions, rows, leads and key figures: the addresses of the names in them, the words.

    The line below a table belongs to its caption.
    """

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, list[str], str]] = []
        self.open: list[tuple[str, bool, list[str], list[str], list[str]]] = []
        self.caption: list[str] = []
        self.in_name = False
        self.in_part = 0
        self.in_head = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = {name: value or "" for name, value in attrs}
        self.in_part += tag == "section"
        self.in_head = tag == "thead" or (self.in_head and tag != "tbody")
        if tag in ("br", "input", "meta", "link", "img", "col"):
            return
        is_row = tag == "tr" and not self.in_head
        is_figure = tag == "div" and any("key-figures" in one[3] for one in self.open[-1:])
        is_sentence = tag in SENTENCES or own.get("class") in ("lead", "caption", "source") or is_row or is_figure
        self.open.append((tag, bool(is_sentence and self.in_part), [], own.get("class", "").split(), []))
        if own.get("class") == "source":
            self.open[-1][2].extend(self.caption)
        if tag == "a" and "/evidence/" in own.get("href", ""):
            self.in_name = True
            for one in self.open:
                one[2].append(own["href"])

    def handle_data(self, data: str) -> None:
        for one in self.open if not self.in_name else ():
            one[4].append(data)

    def handle_endtag(self, tag: str) -> None:
        self.in_name = self.in_name and tag != "a"
        while self.open:
            name, is_sentence, addresses, classes, words = self.open.pop()
            if "caption" in (name, *classes):
                self.caption = addresses
            if is_sentence:
                self.found.append((f"{name}.{' '.join(classes)}", addresses, " ".join(words)))
            if name == tag:
                break
        self.in_part -= tag == "section"


def sentences(page: str) -> list[tuple[str, list[str], str]]:
    parser = Sentences()
    parser.feed(page)
    return parser.found


@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_sentence_of_the_summary_leads_to_a_page_with_what_it_rests_on(client: FlaskClient, diagnosed: Study,
                                                                            language: str):
    log_in(client, diagnosed, "manager", language)

    found = sentences(client.get(f"/studies/{diagnosed.id}/reports/summary").text)

    assert len(found) > 25
    assert [text for text, addresses, _ in found if not addresses] == []
    for address in {address for _, addresses, _ in found for address in addresses}:
        page = client.get(address)
        assert page.status_code == 200, address
        assert re.search(r'id="(items|voices|who|file|chain)"', page.text), address


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_figure_of_the_summary_stands_on_a_page_that_its_sentence_leads_to(
        client: FlaskClient, diagnosed: Study, language: str):
    with transaction() as session:
        add_sample_edits(session, get_study(session, diagnosed.id))       # an edited date is a figure too
    close_read_session()
    log_in(client, diagnosed, "manager", language)
    found = sentences(client.get(f"/studies/{diagnosed.id}/reports/summary").text)

    pages = {address: numbers(client.get(address).text) for _, addresses, _ in found for address in addresses}
    missing = {text: left for _, addresses, text in found
               if (left := numbers(text) - {n for address in addresses for n in pages[address]})}

    assert sum(len(numbers(text)) for _, _, text in found) > 80
    assert missing == {}


def numbers(html: str) -> set[str]:
    """Return the figures of a wording; the place of a row, scale, level and a short name are none."""
    text = re.sub(r"<(style|script|head).*?</\1>|<[^>]*>", " ", html, flags=re.DOTALL)
    text = re.sub(r"^\s*\d+[.．](?!\d)|1[–～]5|95%|\b[15] ?[=＝]", "", text)
    return set(re.findall(r"(?<![A-Z\d.])\d+(?:[.,]\d+)*", text))


@pytest.mark.parametrize("role", READERS)
def test_no_page_of_a_finding_shows_a_person_or_a_passage_that_is_not_released(client: FlaskClient, diagnosed: Study,
                                                                               role: Role):
    stored = newest_diagnosis(read_session(), diagnosed)
    assert stored is not None
    diagnosis = diagnosis_of(stored)
    released = {text for code in (*diagnosis.interviews, *diagnosis.customer_interviews) for quote in code.quotes
                for text in quote.text.values()}
    released |= {text for link in diagnosis.links for quote in link.quotes for text in quote.text.values()}
    people = [*diagnosis.customers.stage, *(key for s in diagnosis.screening.values() for key in s.flagged)]
    close_read_session()
    log_in(client, diagnosed, role.value)
    ids = re.findall(r'/evidence/([^"]+)"', client.get(f"/studies/{diagnosed.id}/evidence").text)

    assert len(ids) > 200
    for key in ids[::7]:        # of every kind some
        page = client.get(f"/studies/{diagnosed.id}/evidence/{key}").text
        quoted = re.findall(r"<blockquote><p>(.*?)</p>", page)
        assert all(any(text[:20] in quote for text in map(_escaped, released)) for quote in quoted), key
        assert not any(re.search(rf"\b{re.escape(person)}\b", page) for person in people[:50]), key


def _escaped(text: str) -> str:
    bare = nested(text.strip("“”\""))
    return bare.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("'", "&#39;")


def test_only_who_may_code_is_led_on_to_all_passages(client: FlaskClient, diagnosed: Study):
    log_in(client, diagnosed, "manager")
    as_manager = client.get(f"/studies/{diagnosed.id}/evidence/P2").text
    client.post("/logout")
    log_in(client, diagnosed, "researcher")
    as_researcher = client.get(f"/studies/{diagnosed.id}/evidence/P2").text

    assert "/retrieval?q=PRB.INFO" not in as_manager
    assert "/retrieval?q=PRB.INFO" in as_researcher
    address = re.search(r'href="([^"]*/retrieval\?q=PRB.INFO[^"]*)"', as_researcher)
    assert address is not None
    assert client.get(address[1].replace("&amp;", "&")).status_code == 200


@pytest.mark.parametrize("role", ["coder", "data_manager"])
def test_who_may_not_read_results_reads_no_evidence(client: FlaskClient, diagnosed: Study, role: str):
    log_in(client, diagnosed, role)

    statuses = [client.get(f"/studies/{diagnosed.id}/{place}").status_code
                for place in ("evidence", "evidence/P2", "reports/summary")]

    assert statuses == [403, 403, 403]


def test_a_metric_path_opens_the_page_of_its_finding_and_an_unknown_name_says_so(client: FlaskClient,
                                                                                 diagnosed: Study):
    log_in(client, diagnosed, "researcher")

    by_path = client.get(f"/studies/{diagnosed.id}/evidence/problem.PRB_INFO.grade")
    unknown = client.get(f"/studies/{diagnosed.id}/evidence/P99")

    assert '<span class="id">P2</span> Incomplete customer information' in by_path.text
    assert unknown.status_code == 404
    assert "There is no finding of this name in the diagnosis." in unknown.text


def test_before_a_diagnosis_the_pages_say_that_there_is_none(client: FlaskClient, diagnosed: Study):
    with transaction() as session:
        stored = newest_diagnosis(session, diagnosed)
        session.delete(stored)
    close_read_session()
    log_in(client, diagnosed, "manager")

    pages = [client.get(f"/studies/{diagnosed.id}/{place}") for place in ("evidence", "reports/summary", "evidence/P1")]

    assert [page.status_code for page in pages] == [200, 200, 404]
    assert all("There is no diagnosis yet." in page.text for page in pages)


@pytest.mark.parametrize(("language", "said", "link"), [
    ("en", "incomplete customer information has improved", "What changed since the wave before"),
    ("zh", "“信息不全面”有所好转", "与前一轮相比的变化")])
def test_the_summary_of_a_later_wave_leads_to_what_changed(
        client: FlaskClient, diagnosed: Study, monkeypatch: pytest.MonkeyPatch,
        language: str, said: str, link: str):
    monkeypatch.setattr(evidence, "changes_since", lambda *_: [COMPARED])
    log_in(client, diagnosed, "manager", language)

    page = client.get(f"/studies/{diagnosed.id}/reports/summary").text

    assert said in re.sub("<[^>]+>", "", page)
    assert link in page
    assert f"/studies/{diagnosed.id}/change?first=w0&amp;second=w1" in page


def test_the_summary_of_a_first_wave_speaks_of_no_change(client: FlaskClient, diagnosed: Study):
    log_in(client, diagnosed, "manager")

    assert "What changed" not in client.get(f"/studies/{diagnosed.id}/reports/summary").text
