"""Rows A to D of the seed checklist: what CRM is, where the branch stands, theory and description, method."""

from dataclasses import replace

import pytest

from analysis.diagnosis.trace.ledger import Ledger
from reports.sections.study import study_report
from tests.seed.conftest import Branch, wordings

SITUATION = ("SIT_ORG", "SIT_HR", "SIT_PROC", "SIT_MEAS")


def test_a1_the_glossary_explains_crm_with_its_sources_in_both_languages(branch: Branch):
    assert "Customer relationship management (CRM)" in branch.words("glossary")
    assert "客户关系管理" in branch.words("glossary", "zh")
    assert all("Zablah" in branch.words("glossary", language) for language in ("en", "zh"))


def test_a2_another_banks_name_is_data(branch: Branch):
    facts = replace(branch.facts, organisation={"en": "Harbour Bank, north branch", "zh": "海港银行北区分行"})

    report = study_report(branch.diagnosis, branch.template, facts, language="zh")

    assert report.cover.organisation == "海港银行北区分行"
    assert "A银行" not in " ".join(wordings(report.sections))


def test_a3_products_of_a_customer_and_service_experience_are_measured(branch: Branch):
    assert branch.diagnosis.metrics["data.products_per_customer"] > 1
    assert "C_SVC" in {facet.level.construct for facet in branch.diagnosis.facets}


def test_a4_the_internal_mechanism_is_scored_and_has_its_measure(branch: Branch):
    scored = {row.level.construct for row in (*branch.diagnosis.situation, *branch.diagnosis.causes)
              if row.level.mean is not None}

    assert {*SITUATION, "CAU_COORD", "CAU_INCENT"} <= scored
    assert "S2.4" in {measure.key for measure in branch.diagnosis.measures}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a5_information_technology_is_a_cause_and_a_safeguard_in_the_report(branch: Branch, language: str):
    cause = branch.template.construct("CAU_TECH").name[language]
    safeguard = next(s for s in branch.template.rules.safeguards if s.key == "G4").name[language]

    assert cause.lower() in branch.words("causes", language).lower()
    assert safeguard.lower() in branch.words("safeguards", language).lower()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a6_the_summary_brings_service_mechanism_and_technology_together(branch: Branch, language: str):
    assert len(branch.template.perspectives) == 3
    for perspective in branch.template.perspectives:
        assert perspective.name[language] in branch.words("summary-causes", language)


def test_a7_the_view_of_peers_is_printed_as_a_view(branch: Branch):
    assert "peers" in branch.words("strengths")
    assert "PEER1" in {item.key for item in branch.diagnosis.single_items}


def test_a8_connected_customers_are_counted_as_groups(branch: Branch):
    assert branch.diagnosis.metrics["data.linked_groups_count"] > 0
    assert branch.diagnosis.metrics["data.hidden_group_value_count"] is not None


def test_a9_outcome_retention_and_lifetime_value_are_present(branch: Branch):
    assert "OUT" in {level.construct for level in branch.diagnosis.outcomes}
    assert branch.diagnosis.metrics["data.upper_tier_retention_pct"] is not None
    assert all(scenario.low < scenario.high for scenario in branch.diagnosis.customers.clv.values())


def test_b2_what_works_stands_before_the_problems(branch: Branch):
    keys = [section.key for section in branch.reports["en"].sections]

    assert keys.index("strengths") < keys.index("problems")


@pytest.mark.parametrize(("language", "word"), [("en", "benchmark"), ("zh", "标杆")])
def test_b3_without_a_norm_set_nothing_is_called_a_benchmark(branch: Branch, language: str, word: str):
    assert word not in branch.everything(language).lower()


def test_b4_room_for_growth_is_sized(branch: Branch):
    metrics = branch.diagnosis.metrics

    assert metrics["data.upgrade_candidates_count"] == len(branch.diagnosis.customers.upgrade_candidates)
    assert metrics["data.cross_sell_gap_count"] > 0
    assert metrics["data.at_risk_count"] > 0


def test_c1_diagnosis_leads_to_a_plan(branch: Branch):
    keys = [section.key for section in branch.reports["en"].sections]

    chain = ["facets", "problems", "causes", "objectives", "strategies", "roadmap", "safeguards"]
    assert [key for key in keys if key in chain] == chain


@pytest.mark.parametrize(("language", "kinds"), [("en", ("operational", "analytical", "collaborative", "strategic")),
                                                 ("zh", ("运营型", "分析型", "协作型", "战略"))])
def test_c2_kinds_of_crm_are_explained(branch: Branch, language: str, kinds: tuple[str, ...]):
    theory = branch.words("theory", language).lower()

    assert [kind for kind in kinds if kind not in theory] == []


@pytest.mark.parametrize(("language", "words"), [("en", "commercial bank"), ("zh", "商业银行")])
def test_c3_the_theory_page_says_what_crm_does_in_a_bank(branch: Branch, language: str, words: str):
    assert words in branch.words("theory", language).lower()


def test_c4_every_construct_has_a_source_that_the_references_hold(branch: Branch):
    known = {reference.key for reference in branch.template.references}

    for construct in branch.template.constructs:
        assert construct.sources, construct.key
        assert set(construct.sources) <= known, construct.key


@pytest.mark.parametrize("language", ["en", "zh"])
def test_c5_the_branch_profile_is_printed(branch: Branch, language: str):
    entered = branch.words("entered", language)

    for heading in ("history", "size", "business_lines", "key_figures"):
        assert branch.facts.profile[heading][language] in entered


def test_c6_the_four_facets_of_the_present_situation_are_printed(branch: Branch):
    assert tuple(row.level.construct for row in branch.diagnosis.situation) == SITUATION
    for key in SITUATION:
        assert branch.template.construct(key).name["en"] in branch.words("facets")


def test_c7_the_unit_tree_is_drawn_and_somebody_is_responsible(branch: Branch):
    assert any(unit.is_responsible for unit in branch.facts.units)
    assert f"{len(branch.facts.units)} units" in branch.words("entered")


def test_c8_headcount_by_role_is_printed(branch: Branch):
    assert f"{sum(branch.facts.headcount_by_role.values())} people by role" in branch.words("entered")
    assert branch.diagnosis.metrics["data.customers_per_rm"] > 0


@pytest.mark.parametrize("language", ["en", "zh"])
def test_c9_process_steps_are_printed_with_their_owner(branch: Branch, language: str):
    printed = " ".join(branch.words(section.key, language) for section in branch.reports[language].sections
                       if section.key == "entered")

    for step in branch.facts.process:
        assert step.name[language] in printed
        assert step.owner[language] in printed


@pytest.mark.parametrize("language", ["en", "zh"])
def test_c10_the_register_of_measures_is_printed(branch: Branch, language: str):
    printed = " ".join(branch.words(section.key, language) for section in branch.reports[language].sections
                       if section.key == "entered")

    assert [row.key for row in branch.facts.practices if row.name[language] not in printed] == []


def test_d1_method_names_dates_and_numbers_from_the_data(branch: Branch):
    screened = branch.diagnosis.screening["staff"]

    assert "7 September 2026" in branch.words("method")
    assert f"{screened.n_submitted - len(screened.excluded)} answers of staff" in branch.section("answers").title.text


def test_d2_both_audiences_are_asked(branch: Branch):
    assert {instrument.audience for instrument in branch.template.instruments} == {"staff", "customer"}


def test_d3_interviews_are_coded_twice_and_saturation_is_judged(branch: Branch):
    assert branch.diagnosis.saturation is not None
    assert any(row.agreement is not None for row in branch.diagnosis.interviews)


def test_d4_every_finding_of_the_summary_can_be_followed(branch: Branch):
    table = next(block for block in branch.section("summary").blocks if getattr(block, "key", "") .startswith("t-"))

    for row in table.rows:
        assert any(getattr(cell, "trace", ()) or getattr(cell, "link", "") for cell in row.cells)


def test_d4_from_a_grade_one_comes_down_to_answers_and_codings(branch: Branch):
    ledger = Ledger(branch.diagnosis, branch.template)

    for problem in branch.diagnosis.problems:
        steps = ledger.chain((f"problem.{problem.level.construct}.grade",))
        items = {key for step in steps for key in step.inputs.items}
        assert items >= {item.key for instrument in branch.template.instruments for item in instrument.items
                         if item.construct == problem.level.construct and item.kind == "rating"}
        assert all(branch.diagnosis.item_answers[key].n > 0 for key in items)
        assert any(step.inputs.codes for step in steps)
