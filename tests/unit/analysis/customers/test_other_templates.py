"""A template of another trade has fields, flags and figures of its own, and no assets at all."""

from dataclasses import replace

import pandas as pd
import pytest

from analysis.customers.picture import OtherFiles, customer_picture
from instruments.checks import check_template
from instruments.customer_records import FieldClass, LegalBasis, RecordField, RelationType
from instruments.template import Condition, ConditionGroup, CustomerField, Stage, StudyTemplate, ValueModel, ValuePart
from instruments.template_loader import load_catalogue_template, read_template_zip
from instruments.template_writer import template_zip


def named(word: str) -> dict[str, str]:
    return {"en": word, "zh": word}


MODEL = ValueModel(
    key_field="patient", required=("patient",), checks=(), parts=(ValuePart("visiting", 1.0, ("visits", "years")),),
    fields=(CustomerField("patient", "string", named("Patient code")),
            CustomerField("visits", "integer", named("Visits"), minimum=0),
            CustomerField("years", "integer", named("Years"), is_optional=True),
            CustomerField("last_visit", "integer", named("Days since"), is_optional=True)),
    minimum_weight_present=0.5, clv={}, tiers={}, upper_tiers={}, tier_policy={},
    stages=(Stage("away", named("Away"), "last_visit > 365"), Stage("here", named("Here"), "last_visit <= 365")),
    flags={"frequent": "visits >= 6", "away_frequent": "visits >= 6 and stage = 'away'"}, stage_actions={},
    field_classes=(FieldClass("care", named("Care"), (RecordField("allergies", named("Allergies")),), 365),),
    relation_types=(RelationType("household", named("Household")),),
    legal_bases=(LegalBasis("consent", named("Consent")),))
ROWS = pd.DataFrame({"patient": [f"P{place}" for place in range(10)], "visits": [1, 2, 7, 8, 3, 2, 1, 9, 0, 4],
                     "years": [1, 2, 3, None, 5, 6, 7, 8, 9, 10],
                     "last_visit": [10, 20, 400, 5, 700, 8, 9, 10, 900, 3]})


@pytest.fixture
def template() -> StudyTemplate:
    return replace(load_catalogue_template("outpatient_service"), value_model=MODEL)


def test_a_file_without_assets_tiers_or_types_gives_the_figures_that_its_fields_allow() -> None:
    picture = customer_picture(ROWS, MODEL, others=OtherFiles(
        records=pd.DataFrame({"patient": ROWS["patient"], "has_allergies": [1, 0] * 5}),
        relations=pd.DataFrame({"customer_a": ["P0"], "customer_b": ["P1"], "type": ["Household"],
                                "legal_basis": ["consent"]})))

    assert picture.customers_by_tier_and_stage == {"unknown": {"away": 3, "here": 7}}
    assert (picture.figures["frequent_count"], picture.figures["away_frequent_count"]) == (3, 1)
    assert picture.figures["frequent_pct"] == pytest.approx(30)
    assert picture.figures["completeness_pct"] == pytest.approx(50)
    assert picture.figures["linked_groups_count"] == 1
    assert picture.figures["top_decile_aum_share_pct"] is None
    assert picture.figures["customers_per_rm"] is None


def test_its_rules_may_use_its_own_flags_and_nothing_that_has_no_source(template: StudyTemplate) -> None:
    def numbers(metric: str) -> set[str]:
        measure = replace(template.rules.measures[0], trigger=ConditionGroup("any", (Condition(metric, "ge", 1),)))
        rules = replace(template.rules, measures=(measure, *template.rules.measures[1:]))
        return {finding.number for finding in check_template(replace(template, rules=rules))} & {"INS-225", "INS-235"}

    assert numbers("data.away_frequent_pct") == set()
    assert numbers("data.completeness_pct") == set()
    assert numbers("data.customers_per_rm") == {"INS-235"}
    assert numbers("data.at_risk_count") == {"INS-235"}
    assert numbers("data.away_frequents_count") == {"INS-225"}


def test_its_value_model_survives_a_zip(template: StudyTemplate) -> None:
    assert read_template_zip(template_zip(template), "clinic.zip").value_model == MODEL
