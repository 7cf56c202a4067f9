"""A study is data: no code, phrase or page names a bank or a construct of a template of the catalogue."""

import re
from pathlib import Path

import pytest

from instruments.template_loader import catalogue, load_catalogue_template

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("instruments", "analysis", "reports", "surveyapp")
KINDS = {".py", ".html", ".js", ".css", ".toml", ".txt"}
TRADE = re.compile(r"\b(?:banks?|bank_crm|crm|hospitals?|outpatient\w*)\b|银行|分行|医院|门诊", re.IGNORECASE)
# Where a word of a trade stands for a good reason, by file.
KEPT = {
    "analysis/customers/identifiers.py": "recognises bank card numbers, which no file may hold",
    "surveyapp/services/private_numbers.py": "recognises bank card numbers in transcripts",
    "surveyapp/services/common_words.py": "everyday words that cut Chinese text",
    "surveyapp/services/suggestion.py": "words that say nothing in passages",
    "surveyapp/services/name_lists.py": "words and offices that are no names of people",
    "surveyapp/services/person_names.py": "words that are no names of people",
    "surveyapp/cli/demo.py": "the template that the demo takes by default",
    "surveyapp/cli/plan.py": "the template that the planner takes by default",
}


def sources() -> list[Path]:
    """Return the files of the packages that are neither a template nor a sample nor made by a program."""
    data = (ROOT / "instruments" / "catalogue", ROOT / "surveyapp" / "sample")
    return [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*"))
            if path.suffix in KINDS and not any(path.is_relative_to(folder) for folder in data)]


def found_in(pattern: re.Pattern[str]) -> dict[str, list[str]]:
    hits = {path.relative_to(ROOT).as_posix(): pattern.findall(path.read_text(encoding="utf-8")) for path in sources()}
    return {name: words for name, words in hits.items() if words}


@pytest.mark.parametrize("key", catalogue())
def test_no_code_names_a_construct_of_a_template(key: str):
    # A key of one plain word, such as OUT, is also an everyday word; those of two parts can mean nothing else.
    constructs = [construct.key for construct in load_catalogue_template(key).constructs if "_" in construct.key]

    assert constructs
    assert found_in(re.compile(rf"\b(?:{'|'.join(constructs)})\b")) == {}


def test_no_code_names_the_trade_of_a_template():
    found = found_in(TRADE)

    assert {name: words for name, words in found.items() if name not in KEPT} == {}


def test_every_reason_for_a_word_of_a_trade_is_still_needed():
    assert set(KEPT) <= set(found_in(TRADE))
