"""The study protocol prints what the template fixes, says what is not planned, and admits when it comes too late."""

from dataclasses import replace

import pytest

from analysis.diagnosis.thresholds import THRESHOLDS, resolve_thresholds
from analysis.results.planning import AudiencePlan, DetectableChange, Found, PlannedPrecision, SurveyPlan
from instruments.template import StudyTemplate
from instruments.template_loader import load_catalogue_template
from reports.content import Callout, Number, StudyReport, Table
from reports.kinds.protocol import Protocol, protocol_report
from reports.render import report_html
from reports.sections.method import OF_VALUE
from reports.wording import forbidden_phrases
from tests.factories.diagnosis_parts import facts

PLAN = SurveyPlan(
    "bank_crm", (AudiencePlan("staff", 170, 240, 0.7, 240, (
        PlannedPrecision("mean", 3.0, 0.12, 2.88, 3.12, 170, 0.95, 240, 1.0, "t"),),
        DetectableChange(0.25, 0.09, 330, 0.8, 0.05, "t"),
        (Found("link", 0.3, 170, 0.55, 0.48, 0.62, 200, "simulation"),)),), (), {}, {}, 200, 500, 1, "simulation")


def protocol(template: StudyTemplate, **changes: object) -> Protocol:
    made = Protocol("bank", template, facts(), resolve_thresholds(template.thresholds), "2026-08-20", "2026-09-07",
                    "2026-09-25", plan=PLAN, privacy={"staff": "anonymous"}, retain_until="2027-12-31", seed=7)
    return replace(made, **changes)


@pytest.fixture(scope="module", params=["bank_crm", "outpatient_service"])
def template(request: pytest.FixtureRequest) -> StudyTemplate:
    return load_catalogue_template(request.param)


def tables(report: StudyReport) -> dict[str, Table]:
    return {block.key: block for block in report.blocks() if isinstance(block, Table)}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_construct_item_measure_and_threshold_is_printed(template: StudyTemplate, language: str) -> None:
    found = tables(protocol_report(protocol(template), language))

    n_items = sum(item.stores_answer for one in template.instruments for item in one.items)
    assert sum(not row.is_group for row in found["t-constructs"].rows) == len(template.constructs)
    assert sum(not row.is_group for key, table in found.items() if key.startswith("t-items-")
               for row in table.rows) == n_items
    assert template.rules is not None
    assert len(found["t-measures"].rows) == len(template.rules.measures)
    assert len(found["t-thresholds"].rows) == len(THRESHOLDS) - (0 if template.value_model else len(OF_VALUE))


@pytest.mark.parametrize(("key", "heading"), [
    ("IMP1", "What matters to you: Not important to Very important"),
    ("RDY1", "Readiness for improvement (managers): Not ready at all to Fully ready")])
def test_a_fragment_stands_below_what_it_is_asked_about(template: StudyTemplate, key: str, heading: str) -> None:
    rows = [row for name, table in tables(protocol_report(protocol(template), "en")).items()
            if name.startswith("t-items-") for row in table.rows]
    place = next(place for place, row in enumerate(rows) if row.cells[0].text == key)

    assert next(row for row in reversed(rows[:place]) if row.is_group).cells[0].text == heading


def test_questions_of_the_guide_name_codes_in_words(template: StudyTemplate) -> None:
    report = protocol_report(protocol(template), "en")

    names = [row.cells[-1].text for row in tables(report)["t-questions"].rows]
    assert template.codebook is not None
    assert not [code.key for code in template.codebook.codes for name in names if "." in code.key and code.key in name]
    assert f"{template.codebook.n_codes} codes in 5 groups" in report_html(report)


def test_after_answers_came_nothing_is_to_be_planned_and_nothing_is_called_fixed_beforehand(
        template: StudyTemplate) -> None:
    report = protocol_report(protocol(template, plan=None, has_answers=True), "en")

    assert report.section("people").title.text == "No sample size was planned"
    html = report_html(report)
    assert not [words for words in ("beforehand</", "fixed beforehand", "stand beforehand", "Planner")
                if words in html.replace("Not written beforehand", "")]


def test_planned_numbers_stand_with_what_they_can_show(template: StudyTemplate) -> None:
    found = tables(protocol_report(protocol(template), "en"))
    size, power = found["t-sizes"].rows[0].cells, found["t-found"].rows[0].cells

    assert [cell.value for cell in size[1:] if isinstance(cell, Number)] == [240, 240, 0.7, 170, 0.12]
    assert isinstance(power[-1], Number)
    assert (power[-1].value, power[-1].low, power[-1].high) == (0.55, 0.48, 0.62)


@pytest.mark.parametrize(("changes", "words"), [
    ({"plan": None}, "No sample is planned yet"), ({"has_answers": True}, "Not written beforehand")])
def test_what_is_missing_or_late_is_told_in_a_box(template: StudyTemplate, changes: dict, words: str) -> None:
    boxes = [block.title for block in protocol_report(protocol(template, **changes), "en").blocks()
             if isinstance(block, Callout)]

    assert boxes == [words]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_template_without_guide_codebook_and_rules_has_a_protocol_too(template: StudyTemplate, language: str) -> None:
    bare = replace(template, guide=None, codebook=None, rules=None)

    report = protocol_report(protocol(bare, privacy={}, opens_on="", closes_on="", retain_until=""), language)

    assert not {"interviews", "measures"} & {section.key for section in report.sections}
    assert forbidden_phrases(report_html(report), language) == []
