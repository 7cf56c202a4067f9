"""A small questionnaire with every kind of item, and a study that asks it."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from instruments.schema import AnswerScale, Choice, Consent, Instrument, Item, ScalePoint, Section, Text
from instruments.template import StudyTemplate
from instruments.template_loader import load_catalogue_template
from surveyapp.models.study import Study
from surveyapp.models.wave import QuestionnaireLink
from surveyapp.services.questionnaire import Questionnaire, compile_questionnaire
from surveyapp.services.study import create_study, get_wave, list_links

HIDDEN = re.compile(r'<input type="hidden" name="(:?\w+)" value="([^"]*)"')
SECRET = "k" * 48


def both(en: str, zh: str = "中文") -> Text:
    return {"en": en, "zh": zh}


def item(key: str, section: str, kind: str = "rating", **more: object) -> Item:
    scale = {"scale": "agree5"} if kind == "rating" else {}
    return Item(key=key, section=section, kind=kind, text=both(f"Question {key}", f"问题{key}"), **{**scale, **more})


def choice(value: str, **more: object) -> Choice:
    return Choice(value, both(f"Option {value}", f"选项{value}"), **more)


AGREE = AnswerScale(
    "agree5", "ordinal",
    tuple(ScalePoint(n, both(en, zh)) for n, en, zh in (
        (1, "Strongly disagree", "非常不同意"), (2, "Disagree", "不太同意"), (3, "Neither", "一般"),
        (4, "Agree", "比较同意"), (5, "Strongly agree", "非常同意"))),
    both("Does not apply", "不适用"))
RECOMMEND = AnswerScale("nps", "nps", tuple(ScalePoint(n, both(str(n), str(n))) for n in range(11)))

ITEMS = (
    item("ROLE", "A", "single", choices=(choice("rm"), choice("teller"), choice("na", is_missing=True)),
         role="profile"),
    item("LOAD", "A", "integer", minimum=0, maximum=500, show_if="${ROLE} = 'rm'"),
    *(item(f"L{n}", "B") for n in range(1, 6)),
    item("CHECK", "B", role="attention", expected=(2,)),
    item("MANY", "C", "multiple", max_choices=2, choices=(
        choice("a"), choice("b"), choice("c"), choice("other", has_text=True), choice("none", is_exclusive=True))),
    item("RANK", "C", "ranking", choices=(choice("x"), choice("y"), choice("z"))),
    item("SHARE", "C", "decimal", minimum=0, maximum=100, unit="percent"),
    item("NPS", "C", scale="nps", role="nps"),
    item("DAY", "D", "date"),
    item("HOUR", "D", "time"),
    item("SEEN", "D", "acknowledge"),
    item("NOTE", "D", "note"),
    item("DOUBLE", "D", "calculate", calculation="${LOAD} * 2"),
    item("SOURCE", "D", "hidden", default="poster"),
    item("OPEN", "D", "text", role="open"),
    item("BOSS", "E", show_if="${L1} > 3"),
)
SECTIONS = tuple(
    Section(key, kind, both(f"Page {key}", f"第{key}页"), show_if=show_if, is_shuffled=kind == "likert")
    for key, kind, show_if in (("A", "profile", None), ("B", "likert", None), ("C", "choice", None),
                               ("D", "open", None), ("E", "likert", "${ROLE} = 'rm'")))


def instrument(**changes: object) -> Instrument:
    whole = Instrument(
        "small", "1.0.0", "staff", ("en", "zh"), both("Small questionnaire", "小问卷"), SECTIONS, ITEMS,
        scales=(AGREE, RECOMMEND), intro=both("What it is about.", "问卷说明。"),
        consent=Consent(both("I agree to take part.", "我同意参加。")), estimated_minutes=3,
        completion=both("Your answers are stored.", "答卷已保存。"))
    return replace(whole, **changes)


def questionnaire(**changes: object) -> Questionnaire:
    return compile_questionnaire(instrument(**changes))


@cache
def template() -> StudyTemplate:
    return replace(load_catalogue_template("bank_crm"), instruments=(instrument(),))


def study(session: Session, name: str = "small", *instruments: Instrument, privacy: str = "anonymous") -> Study:
    asked = instruments or (instrument(),)
    return create_study(session, replace(template(), instruments=asked), name,
                        privacy={one.audience: privacy for one in asked})


def link_of(session: Session, study: Study) -> QuestionnaireLink:
    return list_links(session, get_wave(session, study))[0][0]


# ---- a respondent ---------------------------------------------------------------------------------------------------
class Respondent:
    """Fills a questionnaire in through the test client, as a browser without JavaScript does."""

    def __init__(self, client: FlaskClient, link_token: str, language: str = "en") -> None:
        self.client, self.link, self.language = client, f"/q/{link_token}", language
        self.page: TestResponse = client.get(f"{self.link}?lang={language}")
        self.address = self.link

    @property
    def hidden(self) -> dict[str, str]:
        return dict(HIDDEN.findall(self.page.text))

    @property
    def token(self) -> str:
        return self.address.split("/")[2]

    def begin(self, **form: str) -> Respondent:
        self._post(self.link, {"consent": "yes", **self.hidden, **form})
        return self

    def open(self, section: str) -> Respondent:
        self._follow(f"/r/{self.token}/{section}")
        return self

    def post(self, deed: str = "next", **answers: object) -> Respondent:
        self._post(self.address, {**self.hidden, ":deed": deed, **answers})
        return self

    def hand_in(self) -> Respondent:
        self._post(f"/e/{self.token}", {})
        return self

    def _post(self, path: str, form: dict[str, object]) -> None:
        reply = self.client.post(path, data=form)
        reply.request.environ["wsgi.input"].close()     # the client keeps large forms in a file
        if reply.status_code == 303:
            self._follow(reply.headers["Location"])
        else:
            self.page = reply

    def _follow(self, path: str) -> None:
        reply = self.client.get(path)
        while reply.status_code == 303:
            path = reply.headers["Location"]
            reply = self.client.get(path)
        self.page, self.address = reply, path.split("?")[0]
