"""Scales that do not hold together, and scales that cannot be told apart."""

from dataclasses import replace

import numpy as np

from analysis.diagnosis.diagnose import diagnose
from analysis.tables import StudyTables
from instruments.template_loader import load_catalogue_template
from tests.factories.branch import Plan, simulated_study

BANK = load_catalogue_template("bank_crm")
ITEMS = ("GOA1", "GOA2", "GOA3", "GOA4")


def _with(study: StudyTables, columns: dict[str, np.ndarray]) -> StudyTables:
    table = study.answers["staff"]
    return replace(study, answers={"staff": replace(table, values=table.values.assign(**columns))})


def _unrelated(means: tuple[float, ...], n: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(8)
    return {item: np.clip(np.round(rng.normal(mean, 0.9, n)), 1, 5) for item, mean in zip(ITEMS, means, strict=True)}


def test_items_that_form_no_scale_are_judged_one_by_one_and_the_grade_stays_weak() -> None:
    study = simulated_study(BANK, n_staff=200, plan=Plan(default_mean=3.0))
    # GOA3 is reverse: a low raw answer speaks for the problem.
    agreed = _with(study, _unrelated((4.0, 4.0, 2.0, 4.0), 200))

    diagnosis = diagnose(agreed, n_resamples=100)

    finding = next(finding for finding in diagnosis.problems if finding.level.construct == "PRB_GOAL")
    assert finding.level.quality == "not_a_scale"
    assert finding.level.status == "supports"
    assert "judged_item_by_item" in finding.level.tags
    assert (finding.level.q_value, finding.level.p_value, finding.band) == (None, None, "-")
    assert (finding.grade_before_caps, finding.grade) == ("moderate", "weak")
    assert "reliability_low" in finding.caps
    assert not any(link.problem == "PRB_GOAL" for link in diagnosis.links)
    assert any(link.problem == "PRB_INFO" for link in diagnosis.links)


def test_a_reverse_item_that_disagrees_keeps_loose_items_from_supporting() -> None:
    study = simulated_study(BANK, n_staff=200, plan=Plan(default_mean=3.0))
    contradicted = _with(study, _unrelated((4.0, 4.0, 3.6, 4.0), 200))

    diagnosis = diagnose(contradicted, n_resamples=100)

    level = next(finding.level for finding in diagnosis.problems if finding.level.construct == "PRB_GOAL")
    assert (level.quality, level.status) == ("not_a_scale", "insufficient")


def test_links_of_causes_that_are_one_and_the_same_are_withheld() -> None:
    study = simulated_study(BANK, n_staff=300, plan=Plan(default_mean=3.0))
    table = study.answers["staff"]
    rng = np.random.default_rng(3)
    twins = {f"COO{place}": np.where(rng.random(300) < 0.97, table.values[f"CON{place}"], 3.0) for place in range(1, 5)}

    diagnosis = diagnose(_with(study, twins), n_resamples=100)

    withheld = {link.cause for link in diagnosis.links if link.is_withheld}
    assert withheld == {"CAU_CONCEPT", "CAU_COORD"}
    assert all(link.grade is None and link.status == "uncertain" for link in diagnosis.links if link.is_withheld)
    assert diagnosis.metrics["link.CAU_COORD.PRB_INFO.beta"] is None


def test_a_questionnaire_without_reverse_items_is_judged_plainly_and_tagged() -> None:
    staff = BANK.instruments[0]
    plain = replace(staff, items=tuple(replace(item, is_reverse=False) for item in staff.items))
    template = replace(BANK, instruments=(plain,))
    study = simulated_study(template, n_staff=150, plan=Plan(means={"PRB_INFO": 3.8}))

    diagnosis = diagnose(study, n_resamples=100)

    finding = next(finding for finding in diagnosis.problems if finding.level.construct == "PRB_INFO")
    assert finding.level.status == "supports"
    assert finding.level.tags == ("style_not_checkable",)
    assert finding.level.corrected_mean is None
    assert "style_not_checkable: staff" in diagnosis.warnings
