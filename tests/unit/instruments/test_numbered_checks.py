"""Every numbered rule finds the breach it is there for, and nothing else does."""

import re
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest

from instruments.checks import RULES, check_instrument, check_template, require_sound
from instruments.errors import CheckFailed
from instruments.schema import AnswerScale, Choice, Item, ScalePoint, Section
from instruments.template import Condition, ConditionGroup, CustomerField, Reference
from tests.unit.instruments.test_flow_checks import BREACHES

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "instrument-checks.md"


def with_item(instrument, key, **changes):
    return replace(instrument, items=tuple(
        replace(item, **changes) if item.key == key else item for item in instrument.items))


def with_construct(instrument, **changes):
    return replace(instrument, constructs=(replace(instrument.constructs[0], **changes),))


def with_choices(instrument, *values, **changes):
    choices = tuple(Choice(value, {"en": "a", "zh": "a"}, **changes) for value in values)
    return with_item(instrument, "WHO", choices=choices)


def added(instrument, key="NEW", **fields):
    item = Item(**{"key": key, "section": "B", "kind": "text", "text": {"en": "a", "zh": "a"}, **fields})
    return replace(instrument, items=(*instrument.items, item))


def ten_point_scale(kind="ordinal"):
    return AnswerScale("ten", kind, tuple(ScalePoint(value, {"en": "a", "zh": "a"}) for value in range(1, 11)))


def with_scale(instrument, scale):
    return replace(instrument, scales=(*instrument.scales, scale))


QUESTIONNAIRES = [
    ("INS-001", lambda i: added(i, "F1")),
    ("INS-002", lambda i: replace(i, title={"en": "Our canteen"})),
    ("INS-002", lambda i: with_item(i, "F1", hint={"en": "only English"})),
    ("INS-003", lambda i: replace(i, sections=(*i.sections, i.sections[1]))),
    ("INS-003", lambda i: replace(i, items=(), constructs=())),
    ("INS-004", lambda i: with_item(i, "F3", section="Z")),
    ("INS-005", lambda i: with_item(i, "F3", scale="other", role=None)),
    ("INS-005", lambda i: with_item(i, "F3", scale=None, role=None)),
    ("INS-006", lambda i: with_scale(i, replace(ten_point_scale(), points=ten_point_scale().points[::-1]))),
    ("INS-006", lambda i: with_scale(i, replace(ten_point_scale(), points=ten_point_scale().points[:1]))),
    ("INS-007", lambda i: with_item(i, "F3", is_reverse=True)),
    ("INS-008", lambda i: added(i, kind="rating", scale="agree3", construct="NONE")),
    ("INS-009", lambda i: replace(i, constructs=(*i.constructs, replace(i.constructs[0], key="EMPTY")))),
    ("INS-010", lambda i: with_item(i, "F2", construct=None, is_reverse=False)),
    ("INS-011", lambda i: with_item(i, "F3", expected=(4,))),
    ("INS-011", lambda i: with_item(i, "F3", expected=())),
    ("INS-012", lambda i: with_choices(i, "staff", "staff")),
    ("INS-012", lambda i: with_choices(i, "staff", "two words")),
    ("INS-012", lambda i: added(i, kind="ranking")),
    ("INS-013", lambda i: with_choices(i, "staff", is_exclusive=True)),
    ("INS-013", lambda i: with_item(with_item(i, "WHO", kind="multiple"), "WHO", max_choices=4)),
    ("INS-014", lambda i: with_choices(i, "staff", "-92")),
    ("INS-014", lambda i: with_item(i, "VISITS", minimum=-100.0)),
    ("INS-014", lambda i: with_scale(i, AnswerScale("s", "ordinal", (
        ScalePoint(-93, {"en": "a", "zh": "a"}), ScalePoint(1, {"en": "a", "zh": "a"}))))),
    ("INS-015", lambda i: with_item(i, "VISITS", minimum=32.0)),
    ("INS-016", lambda i: added(i, "two words")),
    ("INS-016", lambda i: added(i, "duration_s")),
    ("INS-016", lambda i: added(i, "9lives")),
    ("INS-016", lambda i: added(i, "k" * 65)),
    ("INS-017", lambda i: with_construct(i, group="feeling")),
    ("INS-018", lambda i: with_construct(i, direction="higher_is_worse")),
    ("INS-018", lambda i: with_construct(i, group="problem")),
    ("INS-019", lambda i: added(with_scale(i, ten_point_scale()), kind="rating", scale="ten", construct="FOOD")),
    ("INS-020", lambda i: added(i, kind="rating", scale="agree3", role="nps")),
    ("INS-021", lambda i: added(i, kind="rating", scale="agree3", role="importance", importance_of="PRICE")),
    ("INS-022", lambda i: with_construct(i, module="extension")),
    ("INS-022", lambda i: replace(i, sections=(i.sections[0], replace(i.sections[1], module="extension")))),
    ("INS-023", lambda i: with_item(i, "WHO", default="guest")),
    ("INS-024", lambda i: replace(i, items=i.items[::-1])),
    ("INS-025", lambda i: replace(i, languages=("en", "zh", "en"))),
    ("INS-101", lambda i: with_item(i, "VISITS", show_if="${WHO} = ")),
    ("INS-102", lambda i: with_item(i, "VISITS", show_if="${NOBODY} = 1")),
    ("INS-102", lambda i: added(added(i, "N", kind="note"), show_if="${N} = 1")),
    ("INS-103", lambda i: with_item(i, "VISITS", constraint="pulldata('a', 'b') = 1")),
    ("INS-104", lambda i: with_item(i, "VISITS", constraint="if(. > 1, 2)")),
    ("INS-105", lambda i: with_item(i, "VISITS", show_if="${WHO} = 'stuff'")),
    ("INS-105", lambda i: added(i, show_if="${F1} = 4")),
    ("INS-106", lambda i: with_item(i, "WHO", show_if="${VISITS} > 3")),
    ("INS-106", lambda i: with_item(i, "VISITS", show_if="${VISITS} > 3")),
    ("INS-107", lambda i: with_item(i, "VISITS", show_if=". > 3")),
    ("INS-108", lambda i: added(i, constraint="regex(., '(?=a)')")),
    ("INS-108", lambda i: added(i, constraint="regex(., ${WHO})")),
    ("INS-109", lambda i: added(i, show_if="${VISITS} > 'many'")),
    ("INS-111", lambda i: with_item(i, "VISITS", show_if="${WHO} > 2")),
    ("INS-112", lambda i: with_item(i, "VISITS", show_if="${WHO} = 'staff' and ${WHO} = 'visitor'")),
    ("INS-110", lambda i: added(added(i, "C1", kind="calculate", calculation="${C2} + 1"), "C2", kind="calculate",
                                calculation="${C1} + 1")),
]


@pytest.mark.parametrize(("number", "broken"), QUESTIONNAIRES, ids=[number for number, _ in QUESTIONNAIRES])
def test_a_breach_in_a_questionnaire_is_found_by_its_rule(small, number, broken):
    assert check_instrument(small) == ()

    findings = check_instrument(broken(small), "guest.yaml")

    assert number in {finding.number for finding in findings}
    for finding in findings:
        assert finding.place.startswith("guest.yaml")
        assert finding.reason.endswith(".")
        assert finding.remedy


def test_an_item_of_a_shuffled_section_cannot_depend_on_its_neighbour(small):
    shuffled = replace(small, sections=(small.sections[0], replace(small.sections[1], is_shuffled=True)))

    findings = check_instrument(with_item(shuffled, "F2", show_if="${F1} = 1"))

    assert [finding.number for finding in findings] == ["INS-106"]


def test_a_warning_does_not_stop_a_questionnaire(small):
    thin = with_item(small, "F2", construct=None, is_reverse=False)

    findings = check_instrument(thin)
    require_sound(thin)

    assert [(finding.number, finding.is_error) for finding in findings] == [("INS-010", False)]


def test_all_breaches_are_reported_at_once(small):
    broken = with_item(with_item(small, "F3", section="Z"), "VISITS", show_if="${NOBODY} = 1")

    with pytest.raises(CheckFailed) as caught:
        require_sound(broken, "guest.yaml")

    assert {finding.number for finding in caught.value.findings} == {"INS-004", "INS-102"}


# ---- templates ------------------------------------------------------------------------------------------------------
def with_code(template, key, **changes):
    codes = tuple(replace(code, **changes) if code.key == key else code for code in template.codebook.codes)
    return replace(template, codebook=replace(template.codebook, codes=codes))


def with_question(template, **changes):
    questions = (replace(template.guide.questions[0], **changes), *template.guide.questions[1:])
    return replace(template, guide=replace(template.guide, questions=questions))


def with_measure(template, **changes):
    measures = (replace(template.rules.measures[0], **changes), *template.rules.measures[1:])
    return replace(template, rules=replace(template.rules, measures=measures))


def with_safeguard(template, **changes):
    safeguards = (replace(template.rules.safeguards[0], **changes), *template.rules.safeguards[1:])
    return replace(template, rules=replace(template.rules, safeguards=safeguards))


def with_defaults(template, **changes):
    return replace(template, rules=replace(template.rules, defaults=replace(template.rules.defaults, **changes)))


def compared(template, changed):
    """Return comparisons of all parts as equal, but for some."""
    keys = [part.key for part in template.value_model.parts]
    pairs = {f"{a}/{b}": 1.0 for a, b in combinations(keys, 2)}
    return {name: ratio for name, ratio in pairs.items()
            if "/".join(reversed(name.split("/"))) not in changed} | changed


def with_value(template, **changes):
    return replace(template, value_model=replace(template.value_model, **changes))


def with_bank_construct(template, key, /, **changes):
    return replace(template, instruments=tuple(
        replace(instrument, constructs=tuple(
            replace(construct, **changes) if construct.key == key else construct
            for construct in instrument.constructs)) for instrument in template.instruments))


def with_trigger(template, metric):
    return with_measure(template, trigger=ConditionGroup("any", (Condition(metric, "ge", 1),)))


TEMPLATES = [
    ("INS-002", lambda t: replace(t, aim={"en": "only English"})),
    ("INS-201", lambda t: replace(t, instruments=())),
    ("INS-201", lambda t: replace(t, instruments=(t.instruments[0], t.instruments[0]))),
    ("INS-202", lambda t: with_bank_construct(t, "C_SAT", key="C_LOY")),
    ("INS-203", lambda t: with_bank_construct(t, "C_SVC", mirrors=("CAU_TECH",))),
    ("INS-204", lambda t: replace(t, references=(Reference("other", "Other (2000)."),))),
    ("INS-205", lambda t: with_bank_construct(t, "C_SVC", sources=())),
    ("INS-206", lambda t: replace(t, guide=replace(t.guide, languages=("en",)))),
    ("INS-207", lambda t: with_code(t, "PRB.INFO", parent="NONE")),
    ("INS-207", lambda t: with_code(t, "PRB", parent="PRB.INFO.LINK")),
    ("INS-208", lambda t: with_code(t, "PRB.INFO", construct="NONE")),
    ("INS-208", lambda t: with_code(t, "SUG.INFO", strategy=("S9.9",))),
    ("INS-208", lambda t: with_code(t, "SAF.TECH", safeguard="G9")),
    ("INS-209", lambda t: replace(t, codebook=replace(t.codebook, polarity={}))),
    ("INS-210", lambda t: with_question(t, codes=("SIT.NONE",))),
    ("INS-210", lambda t: with_question(t, audiences=())),
    ("INS-211", lambda t: replace(t, guide=replace(t.guide, quota={"chairman": 1}))),
    ("INS-212", lambda t: with_bank_construct(t, "PRB_GOAL", group="cause")),
    ("INS-213", lambda t: replace(t, perspectives=(replace(t.perspectives[0], constructs=("NONE",)),))),
    ("INS-213", lambda t: replace(t, perspectives=t.perspectives[:1] * 2)),
    ("INS-220", lambda t: with_measure(t, key="S1.2")),
    ("INS-221", lambda t: with_measure(t, strategy="S9")),
    ("INS-222", lambda t: with_measure(t, address_problem={"CAU_TECH": 2})),
    ("INS-222", lambda t: with_measure(t, address_facet={"C_SAT": 2})),
    ("INS-222", lambda t: with_safeguard(t, causes=("PRB_GOAL",))),
    ("INS-223", lambda t: with_measure(t, safeguards=("G9",))),
    ("INS-224", lambda t: with_safeguard(t, readiness_item="RDY2")),
    ("INS-224", lambda t: with_safeguard(t, readiness_item="GOA1")),
    ("INS-225", lambda t: with_trigger(t, "problem.PRB_INFO.mood")),
    ("INS-225", lambda t: with_trigger(t, "problem.CAU_TECH.grade")),
    ("INS-225", lambda t: with_trigger(t, "data.number_of_cats")),
    ("INS-225", lambda t: with_trigger(t, "link.PRB_INFO.CAU_TECH.beta")),
    ("INS-225", lambda t: with_trigger(t, "interview.PRB.NONE.interviewees")),
    ("INS-225", lambda t: with_measure(t, sizing="data.number_of_cats")),
    ("INS-225", lambda t: replace(t, value_model=None)),
    ("INS-226", lambda t: with_measure(t, effort=6)),
    ("INS-229", lambda t: with_measure(t, practices=("visits", "visits"))),
    ("INS-229", lambda t: with_measure(t, practices=("F_MEAS.visits.weekly",))),
    ("INS-227", lambda t: with_defaults(t, impact_weights={"problem": 0.5, "cause": 0.3, "customer": 0.3})),
    ("INS-228", lambda t: with_defaults(t, evidence_weight={"strong": 1.0})),
    ("INS-230", lambda t: with_value(t, parts=t.value_model.parts[1:])),
    ("INS-231", lambda t: with_value(t, required=("customer_id", "shoe_size"))),
    ("INS-232", lambda t: with_value(t, tiers={key: tiers[::-1] for key, tiers in t.value_model.tiers.items()})),
    ("INS-232", lambda t: with_value(t, upper_tiers={**t.value_model.upper_tiers, "personal": ("royal",)})),
    ("INS-233", lambda t: with_value(t, stage_actions={"asleep": {"en": "a", "zh": "a"}})),
    ("INS-234", lambda t: with_value(t, tiers={"personal": t.value_model.tiers["personal"]})),
    ("INS-234", lambda t: with_value(t, fields=(*t.value_model.fields, CustomerField(
        "orders", "integer", {"en": "o", "zh": "单"}, customer_types=("farm",))))),
    ("INS-235", lambda t: with_value(t, fields=tuple(f for f in t.value_model.fields if f.key != "rm_id"))),
    ("INS-235", lambda t: with_value(t, flags={
        key: text for key, text in t.value_model.flags.items() if key != "at_risk"})),
    ("INS-236", lambda t: with_value(t, comparisons=compared(t, {"growth/present_value": 9, "breadth/growth": 9}))),
    ("INS-236", lambda t: with_value(t, comparisons={"breadth/growth": 2})),
    ("INS-237", lambda t: with_value(t, legal_bases=())),
    ("INS-237", lambda t: with_value(t, relation_types=t.value_model.relation_types * 2)),
    ("INS-237", lambda t: with_value(t, field_classes=(replace(t.value_model.field_classes[0], fields=()),))),
    ("INS-101", lambda t: with_value(t, flags={"odd": "stage == 'decline'"})),
    ("INS-102", lambda t: with_value(t, flags={"odd": "shoe_size > 44"})),
    ("INS-105", lambda t: with_value(t, flags={"odd": "stage = 'asleep'"})),
]


@pytest.mark.parametrize(("number", "broken"), TEMPLATES, ids=[number for number, _ in TEMPLATES])
def test_a_breach_in_a_template_is_found_by_its_rule(bank, number, broken):
    findings = check_template(broken(bank), "bank")

    assert number in {finding.number for finding in findings}
    for finding in findings:
        assert finding.place.startswith("bank")
        assert finding.remedy


@pytest.mark.parametrize("metric", [
    "problem.PRB_INFO.grade", "cause.CAU_TECH.share", "link.CAU_TECH.PRB_INFO.beta", "situation.SIT_HR.pomp",
    "facet.C_INFO.quadrant", "gap.PRB_INFO.C_INFO.flag", "item.INF3.unfavourable_pct",
    "interview.PRB.INFO.LINK.interviewees", "safeguard.G1.readiness", "data.upgrade_candidates_pct",
    "quality.response_rate",
])
def test_a_metric_path_of_the_diagnosis_is_accepted(bank, metric):
    numbers = {finding.number for finding in check_template(with_trigger(bank, metric))}

    assert "INS-225" not in numbers


def test_every_rule_has_a_test_that_breaks_it():
    assert {entry[0] for entry in QUESTIONNAIRES + TEMPLATES + BREACHES} == set(RULES)


def test_the_document_lists_every_rule_in_the_words_of_the_program():
    rows = dict(re.findall(r"^\| (INS-\d{3}) \| (.*) \|$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE))

    assert rows == dict(RULES)


def test_a_section_can_be_added_without_a_condition(small):
    extended = replace(small, sections=(*small.sections, Section("C", "open", {"en": "a", "zh": "a"})))

    assert check_instrument(added(extended, section="C")) == ()
