"""The fixed list of phrases: complete in both languages, and free of what the numbers do not say."""

from __future__ import annotations

import re
import string
from pathlib import Path
from typing import Any

import pytest

from reports.content import Bullets, Callout, Number, Paragraph, Statement, StudyReport
from reports.formats.plain import number_text
from reports.numbers import fixed, interval, printed
from reports.sections.study import study_report
from reports.wording import LANGUAGES, PhraseMissing, Words, catalogue, forbidden_phrases

SOURCES = sorted(Path("reports").rglob("*.py"))
FIELD = string.Formatter()


def _fields(text: str) -> set[str]:
    parts = [(name, spec) for _, name, spec, _ in FIELD.parse(text) if name]
    return {name for name, _ in parts} | {inner for _, spec in parts for inner in _fields(spec or "")}


def test_both_languages_hold_the_same_phrases() -> None:
    english, chinese = catalogue("en"), catalogue("zh")

    assert set(english) == set(chinese)


def test_no_phrase_is_empty() -> None:
    empty = [(language, key) for language in LANGUAGES for key, text in catalogue(language).items() if not text.strip()]

    assert empty == [(language, key) for language, key in empty if key == "labels.between_sentences"]


def test_a_chinese_phrase_uses_no_value_that_the_english_lacks() -> None:
    english, chinese = catalogue("en"), catalogue("zh")

    strangers = {key: _fields(chinese[key]) - _fields(english[key]) for key in english}

    told_in_chinese_only = {"situation.facets_title_count": {"total"}, "problems.title": {"count"}}
    assert {key: found for key, found in strangers.items() if found} == told_in_chinese_only


def test_chinese_phrases_hold_no_half_width_comma_between_chinese_characters() -> None:
    wrong = [key for key, text in catalogue("zh").items() if re.search(r"[一-鿿][,;:!?][一-鿿]", text)]

    assert wrong == []


def test_every_phrase_is_asked_for_by_some_module() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    code += "\n".join(path.read_text(encoding="utf-8") for path in Path("reports/templates").glob("*.html"))
    stems = set(re.findall(r"[\"']([a-z_]+\.[a-z_0-9]+)", code)) | set(re.findall(r"f\"([a-z_]+\.[a-z_]*)\{", code))
    stems |= {f"{kind}.{part}" for kind in ("problems", "causes") for part in ("axis", "figure_title")}
    prefixes = (*re.findall(r"f\"([a-z_]+\.[a-z_]*)\{", code), *re.findall(r"\"([a-z_]+\.[a-z_]*_?)\",", code))

    unused = [key for key in catalogue("en")
              if key.removeprefix("all_of.") not in stems and not key.removeprefix("all_of.").startswith(prefixes)]

    assert unused == []


def test_a_phrase_that_nobody_wrote_is_named_in_the_error() -> None:
    words = Words("en")

    with pytest.raises(PhraseMissing, match=r"no\.such"):
        words.text("no.such")


def test_a_statement_keeps_its_values_unrounded() -> None:
    statement = Words("en").say("summary.figure_nps", trace=("facet.nps",), value=-0.08217)

    assert statement.values == {"value": -0.08217}
    assert statement.trace == ("facet.nps",)


@pytest.mark.parametrize(("value", "style", "expected"), [
    (0.426, "percent", "43%"), (-0.004, "mean", "0.00"), (-1.235, "coefficient", "−1.24"), (0.0004, "p", "< 0.001"),
    (0.0123, "p_relation", "= 0.012"),
    (12345.6, "count", "12,346"), (None, "mean", "–"), (float("nan"), "mean", "–"), (8.2, "signed_points", "+8"),
])
def test_numbers_are_printed_in_one_style(value: float | None, style: str, expected: str) -> None:
    assert printed(value, style) == expected


def test_signs_of_relation_are_as_wide_as_chinese_ones_in_chinese() -> None:
    small = Number(0.0004, "p")

    assert [printed(0.0004, "p", "zh"), printed(0.0123, "p_relation", "zh"), printed(0.0123, "p", "zh")] == [
        "＜0.001", "＝0.012", "0.012"]
    assert [number_text(small, language) for language in ("en", "zh")] == ["< 0.001", "＜0.001"]


def test_zero_never_carries_a_minus() -> None:
    assert fixed(-0.0001, 2) == "0.00"


def test_an_interval_with_a_negative_bound_is_read_with_a_word() -> None:
    assert interval(-2.4, 3.1, "one", "en") == "[−2.4 to 3.1]"
    assert interval(-2.4, 3.1, "one", "zh") == "[−2.4至3.1]"
    assert interval(0.41, 0.52, "percent", "en") == "[41–52%]"
    assert interval(-0.001, 0.24, "coefficient", "en") == "[0.00–0.24]"


@pytest.mark.parametrize(("text", "language"), [
    ("Poor systems lead to missing information.", "en"), ("The problem is caused by weak incentives.", "en"),
    ("This measure will reduce attrition.", "en"), ("The sample is representative of all staff.", "en"),
    ("激励不足导致客户流失。", "zh"), ("该措施将降低流失率。", "zh"), ("样本具有代表性。", "zh"),
    ("对标先进同业", "zh"),
])
def test_causal_and_forecasting_wording_is_found(text: str, language: str) -> None:
    assert forbidden_phrases(text, language) != []


@pytest.mark.parametrize(("text", "language"), [
    ("Staff who report more of X also report more of Y.", "en"), ("It is no forecast of effect.", "en"),
    ("与该问题相关联", "zh"), ("未显示不等于不存在", "zh"),
])
def test_allowed_wording_passes(text: str, language: str) -> None:
    assert forbidden_phrases(text, language) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_itself_claims_nothing_forbidden(language: str) -> None:
    # The table "benchmark" is used only where enough other organisations were compared with.
    found = {key: forbidden_phrases(text, language, has_norms=key.startswith("benchmark."))
             for key, text in catalogue(language).items()
             if not key.startswith("theory.reference")}

    assert {key: hits for key, hits in found.items() if hits} == {}


def _generated(report: StudyReport) -> list[str]:
    """Return the wording that the report makes itself: statements with values, not those of the template."""
    texts = [section.title.text for section in report.sections]
    texts += [section.lead.text for section in report.sections if section.lead]
    for block in report.blocks():
        if isinstance(block, (Bullets, Callout)):
            texts += [item.text for item in block.items if item.values]
        if isinstance(block, Paragraph):
            texts += [found.text for found in block.statements]
        if isinstance(block, Statement) and block.values:
            texts.append(block.text)
    return texts


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_whole_report_claims_nothing_forbidden(language: str, bank: tuple[Any, Any, Any]) -> None:
    diagnosis, template, facts = bank

    texts = _generated(study_report(diagnosis, template, facts, language=language))

    assert len(texts) > 40
    assert {text: forbidden_phrases(text, language) for text in texts if forbidden_phrases(text, language)} == {}


@pytest.mark.parametrize(("language", "good", "told"), [
    ("en", 4, "4 of 5 scales reach 0.70"), ("en", 5, "All 5 scales reach 0.70"),
    ("zh", 4, "5个量表中有4个达到0.70"), ("zh", 5, "5个量表均达到0.70")])
def test_a_part_that_is_the_whole_is_told_as_all(language: str, good: int, told: str) -> None:
    assert Words(language).text("measure.alpha_title", n=5, good=good) == told


def test_each_telling_of_the_whole_replaces_a_phrase_and_names_two_of_its_numbers() -> None:
    for language in LANGUAGES:
        phrases = catalogue(language)
        for key, text in phrases.items():
            if key.startswith("all_of."):
                condition, _, whole = text.partition("|")

                assert key.removeprefix("all_of.") in phrases
                assert set(condition.split("=")) <= _fields(catalogue("en")[key.removeprefix("all_of.")]) | {"total"}
                assert whole


@pytest.mark.parametrize(("language", "k", "x", "told"), [
    ("en", 9, 0, "9 of 12 describe it, from 4 roles; nobody says the opposite."),
    ("en", 1, 1, "one of 12 describes it, from 4 roles; one says the opposite."),
    ("zh", 9, 0, "12人中有9人提及，来自4类岗位；无人持相反意见。")])
def test_nobody_one_and_several_are_told_as_such(language: str, k: int, x: int, told: str) -> None:
    assert told in Words(language).text("problems.interviews", k=k, n=12, roles=4, x=x)


def test_names_that_are_lists_themselves_are_kept_apart() -> None:
    assert Words("en").join(["load of doctors and nurses", "planning"]) == "load of doctors and nurses, and planning"
    assert Words("en").join(["goals", "system", "planning"]) == "goals, system and planning"
    assert Words("zh").join(["往返奔波、指引不清", "信息系统"]) == "“往返奔波、指引不清”和“信息系统”"
    counted = ["往返奔波、指引不清（3次）", "信息系统（2次）"]
    assert Words("zh").join(counted) == "“往返奔波、指引不清（3次）”和信息系统（2次）"


def test_signed_bounds_are_read_with_a_word_too() -> None:
    assert interval(5, 13, "signed_points", "en") == "[+5 to +13]"


def test_a_small_number_is_told_as_a_word_inside_a_title_too() -> None:
    words = Words("en")

    assert [words.text("board.decisions", n=n) for n in (1, 3, 12)] == [
        "What is asked of you: one decision", "What is asked of you: three decisions",
        "What is asked of you: 12 decisions"]
