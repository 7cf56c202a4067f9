"""Every page, part of a page, file and API call as the wrong coder: the same whether the other has coded or not."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.models.account import Account
from surveyapp.models.coding import CoderAssignment, Coding
from surveyapp.models.interview import ANSWERS, CONVERSATION, Interview
from surveyapp.models.study import Study
from surveyapp.services.account import find_account
from surveyapp.services.api_token import add_token
from surveyapp.services.batch_coding import LineCode, code_lines
from surveyapp.services.batch_links import LineLink, link_lines
from surveyapp.services.blinding import finish_coding
from surveyapp.services.coding import set_edited_quote
from surveyapp.services.interview import current_version, get_interview
from surveyapp.services.memo import write_interview_memo, write_segment_memo
from surveyapp.services.round import Draw, close_round, get_round, open_main_round
from surveyapp.services.study import get_study
from tests.factories import coding as make
from tests.factories import comments
from tests.factories import rounds as of
from tests.factories.programs import SECRET

N_INTERVIEWS = 3
VALUES = {"number": "1", "key": "CAU.TECH", "code_id": "1", "mark": "c1", "wave_key": "w1", "interview_key": "I01",
          "source_id": "1", "audience": "staff", "account_id": "1", "version": "1"}
QUERIES = ("", "?code=CAU.TECH&mark=c1&turn=2&q=系统&state=coded&coder=Ann&show=all",
           "?kind=answers&like=CAU.TECH&words=系统&state=uncoded&role=relationship_manager")
ASKED = {"retrieval": ("?q=CAU.TECH", "?q=CAU.TECH+where+coder+%3D+Ann", "?q=%E7%B3%BB%E7%BB%9F&is_whole=1")}
WITH_QUERIES = ("coding", "comment", "round", "candidate", "interview", "codebook", "memo", "joint")
API_OF_INTERVIEWS = ("rounds", "rounds/1", "agreement", "interview-analysis", "joint-display", "interviews/I01/codings")
# What is new on every page, or tells the hour; none of it knows a coding.
_PASSING = re.compile(r'name="csrf_token" value="[^"]*"|nonce-[\w+/=-]+|\d\d:\d\d:\d\d(\.\d+)?')


class Walk:
    """Asks every route that can be read, as one account, with the numbers of what is coded."""

    def __init__(self, app: Flask, study: Study, login: str) -> None:
        self.app, self.study = app, study
        self.client = app.test_client()
        self.client.post("/login", data={"login": login, "password": make.PASSWORD})
        with transaction() as session:
            account = find_account(session, login)
            assert account is not None
            _row, self.token = add_token(session, SECRET, account, login, scope="write", study=None)

    def routes(self) -> list[Rule]:
        return [rule for rule in self.app.url_map.iter_rules()
                if "GET" in (rule.methods or ()) and "study_id" in rule.arguments]

    def read(self) -> dict[str, tuple[int, str]]:
        """Return address → status and text of every page the account may open."""
        found = {}
        for rule in self.routes():
            for address in self._addresses(rule):
                close_read_session()
                headers = {"Authorization": f"Bearer {self.token}"} if rule.endpoint.startswith("api.") else {}
                page = self.client.get(address, headers=headers)
                found[address] = (page.status_code, _PASSING.sub("", page.get_data().decode("utf-8", "replace")))
        return found

    def _addresses(self, rule: Rule) -> list[str]:
        texts = [row.id for row in read_session().scalars(select(Interview).where(
            Interview.study_id == self.study.id))] if "interview_id" in rule.arguments else [0]
        area = rule.endpoint.split(".")[0]
        queries = QUERIES if area in WITH_QUERIES else ("", *ASKED.get(area, ()))
        return [re.sub(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", lambda found, text=text: {
            **VALUES, "study_id": str(self.study.id), "interview_id": str(text)}.get(found[1], "1"), rule.rule) + query
                for text in texts for query in queries]


@pytest.fixture
def walks(app: Flask, bank_study: Study) -> Callable[[str], Walk]:
    """An open round over interviews and open answers: Ann and Bob everywhere, Rhea the researcher in another text."""
    with transaction() as session:
        study = get_study(session, bank_study.id)
        ann, bob, boss = of.people(session, study)
        rhea = make.member(session, study, "rhea", "researcher")
        make.member(session, study, "eve")
        for number in range(1, N_INTERVIEWS + 1):
            make.interview(session, study, key=f"I{number:02d}")
        comments.source(session, study, item="O_OTHER")
        open_main_round(session, study, Draw((ann.id, bob.id, rhea.id), share=0.2, seed=5), boss)
        open_main_round(session, study, Draw((ann.id, bob.id), ANSWERS, 1.0, 5), boss)
    return lambda login: Walk(app, bank_study, login)


def texts_of(session, study: Study, who: Account) -> list[Interview]:
    return list(session.scalars(select(Interview).join(
        CoderAssignment, CoderAssignment.interview_id == Interview.id)
        .where(Interview.study_id == study.id, CoderAssignment.account_id == who.id).order_by(Interview.id)))


def ann_codes(study_id: int, kinds: tuple[str, ...] = (CONVERSATION, ANSWERS)) -> None:
    """Ann codes, writes memos and words for print wherever she may."""
    with transaction() as session:
        study = get_study(session, study_id)
        ann = make.find(session, "ann")
        texts = [text for text in texts_of(session, study, ann) if text.kind in kinds]
        assert {text.kind for text in texts} == set(kinds)
        for text in texts:
            if text.kind == ANSWERS:
                version = current_version(session, text)
                code_lines(session, study, text, ann, LineCode((1, 2, 3), "CAU.TECH", version.sha256, memo="Geheim"))
                link_lines(session, study, text, ann, LineLink((4,), "CAU.TECH", "PRB.INFO", version.sha256))
            else:
                of.code(session, study, text, ann, of.ONE, "CAU.TECH")
                of.code(session, study, text, ann, of.THREE, "PRB.GOAL mixed")
                write_segment_memo(session, study, text, ann, make.passage(session, text, of.BOTH), "Annas Vermutung")
            write_interview_memo(session, study, text, ann, "Annas Eindruck")
            first = session.scalars(select(Coding).where(Coding.interview_id == text.id)).first()
            set_edited_quote(session, study, text, ann, Coding, first.id, {"en": "Anna's wording"})
    close_read_session()


@pytest.mark.parametrize(("login", "kinds"), [
    ("bob", (CONVERSATION, ANSWERS)), ("eve", (CONVERSATION, ANSWERS)), ("rhea", (CONVERSATION,))])
def test_no_route_tells_the_wrong_coder_what_another_has_coded(walks, bank_study: Study, login: str, kinds):
    walk = walks(login)
    before = walk.read()

    ann_codes(bank_study.id, kinds)
    after = walk.read()

    assert sum(status == 200 for status, _ in before.values()) > 40
    assert {f"/api/v1/studies/{bank_study.id}/{rest}" for rest in API_OF_INTERVIEWS} <= before.keys()
    assert [address for address in before if before[address] != after[address]] == []


def test_who_may_see_it_sees_it_on_the_same_routes(walks, bank_study: Study):
    walk = walks("boss")
    before = walk.read()

    ann_codes(bank_study.id)
    after = walk.read()

    told = {address.partition("?")[0].removeprefix(f"/studies/{bank_study.id}") for address in before
            if before[address] != after[address]}
    assert {"/codes", "/codes/CAU.TECH", "/interviews", "/codebook", "/retrieval"} <= told
    assert any(address.startswith("/api/") for address in told)
    assert len(told) >= 8


def test_finishing_tells_that_somebody_has_finished_and_nothing_else(walks, bank_study: Study):
    walk = walks("bob")
    ann_codes(bank_study.id)
    with transaction() as session:
        study = get_study(session, bank_study.id)
        ann = make.find(session, "ann")
        for text in texts_of(session, study, ann):
            finish_coding(session, study, text, ann)

    words = "\n".join(text for _, text in walk.read().values())

    assert all(secret not in words for secret in ("Geheim", "memo of ann", "Annas", "Anna&#39;s wording",
                                                  "Anna's wording"))


def test_after_closing_the_other_coder_sees_it(walks, bank_study: Study):
    walk = walks("bob")
    ann_codes(bank_study.id)
    with transaction() as session:
        study = get_study(session, bank_study.id)
        for name in ("ann", "bob", "rhea"):
            who = make.find(session, name)
            for text in texts_of(session, study, who):
                finish_coding(session, study, get_interview(session, study, text.id), who)
        for number in (1, 2):
            close_round(session, study, get_round(session, study, number))

    words = "\n".join(text for _, text in walk.read().values())

    assert [told for told in ("Geheim", "memo of ann", "Ann.s wording|Ann<") if not re.search(told, words)] == []
