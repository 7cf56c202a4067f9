"""Metric paths: everything a rule may name is produced, and nothing else may be named."""

from dataclasses import replace

import pytest

from analysis.diagnosis.diagnose import diagnose
from analysis.diagnosis.metrics import check_paths, known_paths, rule_metrics
from analysis.diagnosis.thresholds import resolve_thresholds
from analysis.errors import AnalysisError
from instruments.template import Condition, ConditionGroup
from instruments.template_loader import catalogue, load_catalogue_template
from tests.factories.branch import Plan, simulated_customers, simulated_interviews, simulated_study
from tests.factories.customer_files import simulated_records, simulated_relations

BANK = load_catalogue_template("bank_crm")


@pytest.mark.parametrize("name", catalogue())
def test_the_rules_of_every_template_name_only_known_metrics(name: str) -> None:
    check_paths(load_catalogue_template(name))


def test_a_rule_that_names_an_unknown_metric_is_refused_with_its_place() -> None:
    wrong = ConditionGroup("any", (Condition("problem.PRB_INFO.graed", "eq", "strong"),))
    rules = replace(BANK.rules, measures=(replace(BANK.rules.measures[0], trigger=wrong),))

    with pytest.raises(AnalysisError, match=r"measure S1\.1: no diagnosis .* produces 'problem\.PRB_INFO\.graed'"):
        check_paths(replace(BANK, rules=rules))


def test_a_full_study_produces_every_known_path_and_no_other() -> None:
    study = simulated_study(BANK, n_staff=120, n_customers=120, plan=Plan(default_mean=3.2),
                            interviews=simulated_interviews({"I1": {"PRB.INFO": "supports"}}),
                            customers=simulated_customers(400))
    study = replace(study, relations=simulated_relations(60, 400),
                    records=simulated_records(BANK.value_model.field_classes, 380))

    metrics = diagnose(study, n_resamples=50).metrics

    assert set(metrics) == known_paths(BANK)
    unknown = {path for path, value in metrics.items() if value is None}
    assert unknown == {"quality.response_rate", "quality.staff.response_rate", "quality.customer.response_rate"}


def test_items_facets_and_situations_with_few_answers_are_unknown_to_rules_only() -> None:
    metrics = {"item.A1.mean": 2.0, "facet.F.pomp": 40.0, "situation.S.pomp": 40.0, "problem.P.grade": "weak"}

    usable = rule_metrics(metrics, {"A1": 29, "F": 30, "S": 29}, resolve_thresholds())

    assert usable == {"item.A1.mean": None, "facet.F.pomp": 40.0, "situation.S.pomp": None, "problem.P.grade": "weak"}
