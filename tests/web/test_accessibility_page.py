"""The accessibility statement is what the tests found, in both languages, with whom to tell."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from surveyapp.app import create_app
from surveyapp.config import Config, read_config

SHIPPED = Path(__file__).resolve().parents[2] / "surveyapp" / "accessibility.json"


@pytest.mark.parametrize(("language", "word"), [("en", "What was not tested"), ("zh", "未测试的内容")])
def test_the_statement_shows_the_shipped_result(client: FlaskClient, language: str, word: str):
    shipped = json.loads(SHIPPED.read_text(encoding="utf-8"))

    page = client.get(f"/accessibility?lang={language}").text

    n_views = sum(entry["n_views"] for entry in shipped["pages"])
    assert word in page
    assert shipped["tested_on"] in page
    assert shipped["tool"] in page
    assert re.search(rf"(?<!\d){n_views}(?!\d)", page)      # Chinese sets no space after a figure
    assert page.count('<th scope="row">') == len(shipped["pages"])
    assert not any(f'<th scope="row">{entry["kind"]}<' in page for entry in shipped["pages"])


def test_every_kind_of_page_was_seen_in_both_languages_at_three_widths():
    shipped = json.loads(SHIPPED.read_text(encoding="utf-8"))
    wanted = {"start", "page", "faults", "late", "end", "thanks", "withdraw", "resume", "screened", "quota_full",
              "refusal", "speed", "closed"}

    assert wanted <= {entry["kind"] for entry in shipped["pages"]}
    assert {entry["n_views"] for entry in shipped["pages"]} == {6}
    assert len(shipped["rules_passed"]) > 30


def test_every_respondents_page_leads_to_it(client: FlaskClient):
    assert '<a href="/accessibility?lang=en">' in client.get("/withdraw?lang=en").text


@pytest.mark.parametrize(("contact", "shown"), [
    ("help@bank.example", '<a href="mailto:help@bank.example">'), ("Extension <3301>", "Extension &lt;3301&gt;"),
    ("", "ask for it on paper"),
])
def test_it_says_whom_to_tell(config: Config, contact: str, shown: str):
    app: Flask = create_app(replace(config, contact=contact))

    assert shown in app.test_client().get("/accessibility?lang=en").text


def test_the_contact_comes_from_the_environment(tmp_path: Path):
    found = read_config({"SURVEYAPP_HOME": str(tmp_path), "SURVEYAPP_CONTACT": " help@bank.example "})

    assert found.contact == "help@bank.example"
