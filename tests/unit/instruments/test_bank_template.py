"""The bank study is complete: every item, code and rule of its sources, in both languages."""

from importlib import resources

import pytest

from instruments.checks import check_template
from instruments.logic import evaluate, is_true, parse
from instruments.template_loader import catalogue
from instruments.yaml_source import parse_yaml


def item_counts(stem):
    file = resources.files("instruments") / "catalogue" / "bank_crm" / f"{stem}.yaml"
    return parse_yaml(file.read_text(encoding="utf-8"), stem)["item_counts"]


def test_the_catalogue_names_the_bank_study():
    assert "bank_crm" in catalogue()


def test_the_bank_study_keeps_every_check_and_its_staff_questionnaire_is_said_to_be_long(bank):
    assert [(finding.number, finding.place, finding.is_error) for finding in check_template(bank)] == [
        ("INS-037", "bank_crm/staff.yaml", False)]


def test_the_staff_questionnaire_has_the_counted_items(bank):
    staff, counts = bank.instrument("staff"), item_counts("staff")
    likert = [item for construct in staff.constructs for item in staff.items_of_construct(construct.key)]

    assert len([item for item in likert if item.module is None]) == counts["likert_core"] == 48
    assert len([item for item in likert if item.module == "extension"]) == counts["likert_extension"] == 6
    assert len(staff.items_of_role("attention")) == counts["attention_checks"] == 1
    assert len(staff.items_of_role("benchmark") + staff.items_of_role("trend")) == counts["comparison"] == 2
    assert len(staff.items_of_role("readiness")) == counts["readiness"] == 4
    assert len(staff.items_of_role("stated_cause")) == 6        # one for each problem that can be named
    assert len(staff.items) == 82


def test_the_customer_questionnaire_has_the_counted_items(bank):
    customer, counts = bank.instrument("customer"), item_counts("customer")

    def of_group(group):
        keys = {construct.key for construct in customer.constructs_of_group(group)}
        return len([item for item in customer.items if item.construct in keys])

    assert of_group("experience") == counts["performance"] == 19
    assert of_group("outcome") == counts["satisfaction_loyalty"] == 5
    assert len(customer.items_of_role("nps")) == counts["nps"] == 1
    assert len(customer.items_of_role("importance")) == counts["importance"] == 5
    assert len(customer.items_of_role("attention")) == counts["attention_checks"] == 1
    assert len(customer.items) == 42


@pytest.mark.parametrize("stem", ["staff", "customer"])
def test_every_item_and_choice_is_worded_in_both_languages(bank, stem):
    for item in bank.instrument(stem).items:
        for text in (item.text, *(choice.label for choice in item.choices)):
            assert set(text) == {"en", "zh"}
            assert all(wording.strip() for wording in text.values())


def test_four_problems_and_four_causes_are_core_and_two_problems_are_an_extension(bank):
    problems = {construct.key: construct.module for construct in bank.constructs if construct.group == "problem"}
    causes = [construct.key for construct in bank.constructs if construct.group == "cause"]

    assert [key for key, module in problems.items() if module is None] == [
        "PRB_GOAL", "PRB_INFO", "PRB_EFFECT", "PRB_SYSTEM"]
    assert [key for key, module in problems.items() if module == "extension"] == ["PRB_DIFF", "PRB_MAINT"]
    assert causes == ["CAU_CONCEPT", "CAU_TECH", "CAU_COORD", "CAU_INCENT"]


def test_every_construct_rests_on_a_source_of_the_reference_list(bank):
    references = {reference.key for reference in bank.references}

    assert all(construct.sources and set(construct.sources) <= references for construct in bank.constructs)


def test_the_three_strategies_hold_nine_measures_and_four_safeguards(bank):
    assert [strategy.key for strategy in bank.rules.strategies] == ["S1", "S2", "S3"]
    assert [measure.key for measure in bank.rules.measures] == [
        "S1.1", "S1.2", "S1.3", "S2.1", "S2.2", "S2.3", "S2.4", "S3.1", "S3.2"]
    assert [part.key for part in bank.rules.measures[2].parts] == ["S1.3a", "S1.3b"]
    assert [safeguard.key for safeguard in bank.rules.safeguards] == ["G1", "G2", "G3", "G4"]
    assert len(bank.rules.principles) == 6
    assert len(bank.rules.objectives) == 6


def test_the_summary_is_told_by_service_mechanism_and_technology(bank):
    told = [key for perspective in bank.perspectives for key in perspective.constructs]
    diagnosed = [construct.key for construct in bank.constructs if construct.group != "outcome"]

    assert [perspective.key for perspective in bank.perspectives] == ["service", "mechanism", "technology"]
    assert sorted(told) == sorted(diagnosed)


def test_guide_and_codebook_are_complete(bank):
    assert len(bank.guide.questions) == 13
    assert set(bank.guide.roles) == set(bank.guide.quota)
    assert len(bank.codebook.codes) == 34 + 9       # the specification's, and one for the suggestions on each measure
    assert bank.codebook.top_code_of("PRB_INFO").key == "PRB.INFO"
    assert bank.codebook.ancestors("PRB.INFO.LINK") == ("PRB.INFO", "PRB")


def test_the_glossary_keeps_the_two_meanings_of_system_apart(bank):
    terms = [entry.term["en"] for entry in bank.glossary]

    assert "System (management system)" in terms
    assert "System (IT system)" in terms
    assert "Customer relationship management (CRM)" in terms


def test_managers_alone_are_asked_how_ready_the_branch_is(bank):
    section = next(section for section in bank.instrument("staff").sections if section.key == "H")
    tree = parse(section.show_if)

    levels = ("staff", "team_head", "middle", "senior", "")

    asked = {level: is_true(evaluate(tree, {"D_LEVEL": level})) for level in levels}

    assert asked == {"staff": False, "team_head": True, "middle": True, "senior": True, "": False}


@pytest.mark.parametrize(("stage", "customer"), [
    ("dormant", {"last_txn_days": 181, "txn_12m": 0}),
    ("decline", {"tenure_months": 30, "aum_12m_ago": 1000, "aum": 800}),
    ("decline", {"tenure_months": 30, "txn_prev_12m": 6, "txn_12m": 3}),
    ("new", {"tenure_months": 11}),
    ("growth", {"aum_12m_ago": 1000, "aum": 1150}),
    ("mature", {"tenure_months": 12, "aum_12m_ago": 0}),
])
def test_a_stage_is_recognised_by_its_condition(bank, stage, customer):
    conditions = {found.key: parse(found.when, allow_names=True) for found in bank.value_model.stages}

    assert is_true(evaluate(conditions[stage], customer))


@pytest.mark.parametrize(("flag", "customer", "expected"), [
    ("at_risk", {"stage": "decline"}, True),
    ("at_risk", {"stage": "mature", "is_upper_tier": True, "last_txn_days": 90}, False),
    ("at_risk", {"stage": "mature", "is_upper_tier": True, "last_txn_days": 91}, True),
    ("upgrade_candidate", {"stage": "growth", "is_top_tier": False, "aum": 40000, "next_border": 50000}, True),
    ("upgrade_candidate", {"stage": "growth", "is_top_tier": True, "aum": 9e6, "next_border": ""}, False),
    ("upgrade_candidate", {"stage": "decline", "is_top_tier": False, "aum": 40000, "next_border": 50000}, False),
    ("cross_sell_gap", {"is_upper_tier": True, "products": ""}, False),
    ("cross_sell_gap", {"is_upper_tier": True, "products": 2}, True),
    ("unassigned_valuable", {"is_upper_tier": True, "rm_id": ""}, True),
    ("unassigned_valuable", {"is_upper_tier": True, "rm_id": "rm1"}, False),
    ("tier_value_mismatch", {"index_decile": 10, "is_upper_tier": False}, True),
    ("hidden_group_value", {"relation_group": "g1", "tier": "basic", "best_member_tier": "basic", "group_sum": 60000,
                            "next_border": 50000}, True),
    ("hidden_group_value", {"relation_group": "", "tier": "basic", "best_member_tier": "basic", "group_sum": 60000,
                            "next_border": 50000}, False),
])
def test_a_flag_is_raised_by_its_condition(bank, flag, customer, expected):
    tree = parse(bank.value_model.flags[flag], allow_names=True)

    assert is_true(evaluate(tree, customer)) is expected
