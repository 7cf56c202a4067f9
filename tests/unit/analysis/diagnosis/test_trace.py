"""From every figure back to what it was computed from: nothing that a rule or finding names is without inputs."""

from dataclasses import replace
from itertools import chain

import pytest

from analysis.customers.inputs import figure_fields
from analysis.customers.sizing import FIGURES
from analysis.diagnosis.metrics import known_paths
from analysis.diagnosis.trace.document import excluded_by_flag, trace_document
from analysis.diagnosis.trace.ledger import Ledger
from analysis.diagnosis.trace.names import finding_names
from analysis.results.trace import HIDDEN_COUNT, PathInputs
from instruments.template_loader import load_catalogue_template
from tests.factories.traced import TEMPLATES, rests_on_something, traced_ledger

LEAST = 5


@pytest.fixture(scope="module", params=TEMPLATES)
def ledger(request: pytest.FixtureRequest) -> Ledger:
    return traced_ledger(request.param)


def lacking(ledger: Ledger, found: PathInputs) -> list[str]:
    """Return what a path is said to rest on that the diagnosis or the template does not have."""
    diagnosis, template = ledger.diagnosis, ledger.template
    codes = {code.key for code in template.codebook.codes} if template.codebook else set()
    fields = {field.key for field in template.value_model.fields} if template.value_model else set()
    return [*(path for path in found.paths if ledger.inputs(path) is None),
            *(item for item in found.items if item not in diagnosis.item_answers),
            *(code for code in found.codes if code not in codes),
            *(field for field in found.fields if field not in fields),
            *(audience for audience in found.audiences if audience not in diagnosis.screening),
            *(name for name in found.thresholds if name not in diagnosis.provenance.thresholds)]


# ---- every path -----------------------------------------------------------------------------------------------------
def test_every_metric_path_of_a_diagnosis_knows_inputs_that_are_there(ledger: Ledger):
    paths = [*known_paths(ledger.template), *ledger.diagnosis.metrics]
    if ledger.template.value_model is None:
        paths = [path for path in paths if not path.startswith("data.")]

    unresolved = [path for path in paths if ledger.inputs(path) is None]
    wanting = {path: lacking(ledger, found) for path in paths for found in [ledger.inputs(path)] if found}

    assert unresolved == []
    assert {path: names for path, names in wanting.items() if names} == {}


def test_every_path_of_every_finding_and_rule_ends_at_answers_codings_or_the_file(ledger: Ledger):
    findings = list(ledger.findings())
    checked = {check.path for found in findings for ruling in found.rulings for check in ruling.checks if check.path}
    paths = {*checked, *chain.from_iterable(found.paths for found in findings)}
    if ledger.template.value_model is None:
        paths = {path for path in paths if not path.startswith("data.")}

    loose = [path for path in sorted(paths) if not (found := ledger.inputs(path)) or not rests_on_something(
        ledger, found)]

    assert len(paths) > len(findings)
    assert loose == []


def test_the_way_down_ends_and_tells_nothing_twice(ledger: Ledger):
    measure = next(found for found in ledger.findings() if found.kind == "measure")

    steps = ledger.chain(measure.paths)

    told_in_full = [step.inputs.path for step in steps if step.inputs.paths and not step.is_repeated]
    assert len(told_in_full) == len(set(told_in_full))
    assert {item for step in steps for item in step.inputs.items}


# ---- names ----------------------------------------------------------------------------------------------------------
def test_no_two_findings_share_a_name_and_each_leads_back_to_itself(ledger: Ledger):
    findings = list(ledger.findings())

    assert len({found.id for found in findings}) == len(findings)
    assert [ledger.find(found.id) for found in findings] == findings
    for found in findings:
        assert {ledger.id_of_path(path) for path in found.paths} <= {found.id}, found


def test_every_problem_cause_link_measure_safeguard_objective_and_figure_has_a_name(ledger: Ledger):
    diagnosis = ledger.diagnosis

    named = {
        "problem": [p.level.construct for p in diagnosis.problems],
        "cause": [c.level.construct for c in diagnosis.causes],
        "link": [f"{x.cause}>{x.problem}" for x in diagnosis.links], "measure": [m.key for m in diagnosis.measures],
        "safeguard": [s.key for s in diagnosis.safeguards], "objective": [o.key for o in diagnosis.objectives],
        "experience": [f.level.construct for f in diagnosis.facets],
        "situation": [s.level.construct for s in diagnosis.situation],
        "outcome": [level.construct for level in diagnosis.outcomes],
        "code": [e.code for e in diagnosis.interviews], "audience": list(diagnosis.screening),
        "figure": list(diagnosis.customers.figures) if diagnosis.customers else []}

    assert [(kind, key) for kind, keys in named.items() for key in keys if not ledger.id_of(kind, key)] == []


def test_a_key_that_is_a_generated_name_too_gets_its_kind_in_front():
    template = load_catalogue_template("bank_crm")
    staff = template.instruments[0]
    first = next(item for item in staff.items if item.stores_answer)
    renamed = replace(template, instruments=(
        replace(staff, items=(replace(first, key="P1"), *staff.items[1:])), *template.instruments[1:]))

    names = {(name.kind, name.key): name.id for name in finding_names(renamed)}

    assert names["problem", "PRB_GOAL"] == "P1"
    assert names["item", "P1"] == "item-P1"


# ---- what is told ---------------------------------------------------------------------------------------------------
def test_the_means_of_items_are_those_of_the_metrics_and_their_numbers_add_up(ledger: Ledger):
    diagnosis = ledger.diagnosis
    for key, found in diagnosis.item_answers.items():
        told = diagnosis.metrics.get(f"item.{key}.mean")

        assert told is None or found.mean == pytest.approx(told)
        n_without = diagnosis.screening[found.audience].n_valid - found.n
        hidden = [n for n in found.missing.values() if n == HIDDEN_COUNT]
        shown = sum(n for n in found.missing.values() if n > 0)
        assert shown == n_without if not hidden else shown < n_without


def test_why_people_gave_no_answer_is_told_of_groups_only(ledger: Ledger):
    for found in ledger.diagnosis.item_answers.values():
        counts, n_without = list(found.missing.values()), ledger.diagnosis.screening[found.audience].n_valid - found.n

        assert not any(0 < n < LEAST for n in counts)
        assert counts.count(HIDDEN_COUNT) != 1
        assert not 0 < n_without < LEAST or set(counts) == {HIDDEN_COUNT}


def test_a_ruling_gives_the_word_of_its_finding(ledger: Ledger):
    diagnosis = ledger.diagnosis
    for problem in diagnosis.problems:
        found = ledger.find(f"problem.{problem.level.construct}.grade")
        assert found is not None
        words = {ruling.rule: ruling.result for ruling in found.rulings}
        assert (words["grade_table"], words["level_test"], words["band"]) == (
            problem.grade, problem.level.status, problem.band)


def test_a_supported_problem_holds_in_every_condition_of_its_test(ledger: Ledger):
    supported = [p for p in ledger.diagnosis.problems if p.level.status == "supports"]
    assert supported
    for problem in supported:
        found = ledger.find(f"problem.{problem.level.construct}.status")
        assert found is not None
        checks = next(r for r in found.rulings if r.rule == "level_test").checks
        assert {check.outcome for check in checks if check.what in ("answers", "q_plain", "q_corrected")} == {"true"}


def test_the_document_holds_every_metric_with_its_thresholds_and_no_number_of_few_people(ledger: Ledger):
    document = trace_document(ledger.diagnosis, ledger.template)

    assert set(ledger.diagnosis.metrics) <= set(document["metrics"]) | {
        path for path in ledger.diagnosis.metrics if path.startswith("data.") and not ledger.template.value_model}
    problem = next(path for path in document["metrics"] if path.startswith("problem.") and path.endswith(".status"))
    assert document["metrics"][problem]["thresholds"]["tau"] == 3.0
    counts = [n for found in document["items"].values() for n in found["missing"].values()]
    flags = [n for told in excluded_by_flag(ledger.diagnosis).values() for n in told.values()]
    assert not any(n is not None and 0 < n < LEAST for n in (*counts, *flags))


def test_every_figure_of_the_file_names_columns_of_the_file():
    model = load_catalogue_template("bank_crm").value_model
    assert model is not None

    found = {name: figure_fields(model, name) for name in (*FIGURES, *model.flags)}

    assert all(found.values())
    assert found["customers_per_rm"] == ("rm_id",)
    assert "customer_id" not in found["completeness_pct"]
