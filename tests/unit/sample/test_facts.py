"""The facts of the invented branch fit together and fit the template."""

from __future__ import annotations

from instruments.template_loader import load_catalogue_template
from surveyapp.sample.facts import sample_facts
from surveyapp.sample.interview_files import load_interviews
from surveyapp.sample.note import SYNTHETIC_NOTE
from surveyapp.sample.plan import BANK_PLAN

TEMPLATE = load_catalogue_template("bank_crm")
FACTS = sample_facts(BANK_PLAN)


def test_head_counts_of_departments_and_units_both_sum_to_the_people_asked() -> None:
    assert sum(FACTS.headcount_by_department.values()) == FACTS.population["staff"] == 240
    assert sum(unit.headcount or 0 for unit in FACTS.units) == 240


def test_every_unit_reports_to_a_unit_and_one_leads() -> None:
    keys = {unit.key for unit in FACTS.units}

    assert [unit.key for unit in FACTS.units if unit.parent is None] == ["branch"]
    assert all(unit.parent in keys for unit in FACTS.units if unit.parent)
    assert [unit.key for unit in FACTS.units if unit.is_responsible] == ["corporate"]


def test_every_interviewed_role_class_has_ten_people_or_more() -> None:
    roles = {interview.role for interview in load_interviews()} - {"customer"}

    assert roles == set(FACTS.headcount_by_role)
    assert min(FACTS.headcount_by_role.values()) >= 10


def test_departments_are_those_of_the_questionnaire() -> None:
    choices = {choice.value for choice in TEMPLATE.instrument("staff").item("D_DEPT").choices if not choice.is_missing}

    assert set(FACTS.headcount_by_department) == choices


def test_every_practice_the_questionnaire_asks_about_is_registered() -> None:
    asked = {f"F_MEAS.{choice.value}" for choice in TEMPLATE.instrument("staff").item("F_MEAS").choices
             if not choice.is_exclusive}

    assert {practice.choice for practice in FACTS.practices if practice.choice} == asked
    assert {practice.status for practice in FACTS.practices} == {"running", "planned"}


def test_process_steps_are_numbered_in_order() -> None:
    assert [step.number for step in FACTS.process] == list(range(1, len(FACTS.process) + 1))


def test_fieldwork_covers_the_interviews() -> None:
    days = [interview.held_on.isoformat() for interview in load_interviews()]

    assert FACTS.fieldwork_from <= min(days)
    assert max(days) <= FACTS.fieldwork_until


def test_everything_is_labelled_synthetic_and_given_in_both_languages() -> None:
    texts = [FACTS.organisation, FACTS.sponsor, FACTS.conductor, *FACTS.profile.values(),
             *(unit.name for unit in FACTS.units), *(practice.name for practice in FACTS.practices)]
    texts += [text for step in FACTS.process for text in (step.name, step.owner)]

    assert FACTS.profile["note"] == SYNTHETIC_NOTE
    assert all(set(text) == {"en", "zh"} and all(text.values()) for text in texts)


def test_the_plan_names_only_what_the_template_has() -> None:
    constructs = {construct.key for construct in TEMPLATE.constructs}
    items = {item.key: item for instrument in TEMPLATE.instruments for item in instrument.items}
    expected = BANK_PLAN.expected

    assert set(BANK_PLAN.means) == constructs
    assert {link.source for link in BANK_PLAN.links} | {link.target for link in BANK_PLAN.links} <= constructs
    assert set(BANK_PLAN.item_means) | set(BANK_PLAN.numbers) | set(BANK_PLAN.ticked) <= set(items)
    assert all(set(weights) <= {choice.value for choice in items[key].choices}
               for people in BANK_PLAN.people.values() for person in people for key, weights in person.choices.items())
    assert set(expected.problems_present + expected.problems_undecided + expected.problems_absent) == {
        construct.key for construct in TEMPLATE.constructs if construct.group == "problem"}
    assert set(expected.causes_elevated + expected.causes_not_elevated) == {
        construct.key for construct in TEMPLATE.constructs if construct.group == "cause"}
    assert {(link.source, link.target) for link in BANK_PLAN.links if link.target.startswith("PRB_")} == set(
        expected.links)
    assert set(expected.in_words) == {"en", "zh"}
