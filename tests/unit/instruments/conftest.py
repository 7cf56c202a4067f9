"""A small questionnaire as text, and the bank template, which tests break in one place each."""

import os
from pathlib import Path

import pytest

from instruments.loader import parse_instrument
from instruments.template_loader import load_catalogue_template

SMALL = """\
schema_version: 1
instrument:
  id: canteen
  version: 1.0.0
  audience: guest
  languages: [en, zh]
  title: {en: Our canteen, zh: 我们的食堂}
  consent: {required: true, en: I agree., zh: 我同意。}
scales:
  agree3:
    points:
      - {value: 1, en: "No", zh: 否}
      - {value: 2, en: So so, zh: 一般}
      - {value: 3, en: "Yes", zh: 是}
    not_applicable: {en: Does not apply, zh: 不适用}
constructs:
  - {id: FOOD, group: experience, direction: higher_is_better, name: {en: Food, zh: 饭菜}}
sections:
  - {id: A, kind: profile, title: {en: About you, zh: 关于您}}
  - {id: B, kind: likert, title: {en: The food, zh: 饭菜}}
items:
  - {id: F1, section: B, construct: FOOD, scale: agree3, en: It is warm., zh: 饭菜是热的。}
  - {id: F2, section: B, construct: FOOD, scale: agree3, reverse: true, en: It is bland., zh: 饭菜没有味道。}
  - {id: F3, section: B, scale: agree3, attention_check: true, expected: [3], en: Choose Yes., zh: 请选择“是”。}
profile:
  - id: WHO
    section: A
    kind: single
    en: You are
    zh: 您的身份
    options:
      - {value: staff, en: Staff, zh: 员工}
      - {value: visitor, en: Visitor, zh: 访客}
      - {value: na, en: Prefer not to say, zh: 不愿透露}
facts:
  - {id: VISITS, section: A, kind: number, min: 0, max: 31, show_if: {field: WHO, in: [staff]},
     en: Visits a month, zh: 每月次数}
"""


@pytest.fixture
def small_text():
    return SMALL


@pytest.fixture
def small():
    return parse_instrument(SMALL, "guest.yaml")


@pytest.fixture
def changed():
    """Return the small questionnaire's text with one passage replaced by another."""
    def change(old, new):
        assert SMALL.count(old) == 1, old
        return SMALL.replace(old, new)
    return change


@pytest.fixture(scope="session")
def bank():
    return load_catalogue_template("bank_crm")


@pytest.fixture(scope="session")
def reference():
    """The folder of files that stay outside the repository."""
    root = Path(__file__).resolve().parents[3]
    folder = Path(os.environ.get("SURVEYAPP_REFERENCE", root.parent / "shared" / "reference"))
    if not folder.is_dir():
        pytest.skip("SURVEYAPP_REFERENCE names no folder with reference files")
    return folder
