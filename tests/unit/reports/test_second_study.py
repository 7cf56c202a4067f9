"""What the report of a study without a value model says beside its tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import pytest

from analysis.results.diagnosis import Diagnosis, MeasureFinding
from instruments.template_loader import load_catalogue_template
from reports.content import Callout, Figure, Number, Statement, StudyReport, Table
from reports.sections.study import study_report
from tests.gates.summaries import kept, sample_report

KEY = "outpatient_service"
FEWEST = 5          # people of a group that is shown
HIDDEN = "s = hidden: fewer than 5 people, or a cell from which such a group could be worked out."
Shown = TypeVar("Shown", Table, Figure)


def _report(change: Callable[[Diagnosis], Diagnosis]) -> StudyReport:
    diagnosis, facts, _ = kept(KEY, "w1")
    return study_report(change(diagnosis), load_catalogue_template(KEY), facts, language="en")


def _block(report: StudyReport, kind: type[Shown], key: str) -> Shown:
    return next(block for block in report.blocks() if isinstance(block, kind) and block.key == key)


def _last(change: Callable[[MeasureFinding], MeasureFinding]) -> Callable[[Diagnosis], Diagnosis]:
    return lambda found: replace(found, measures=tuple(change(m) if m.key == "S2.3" else m for m in found.measures))


@pytest.mark.parametrize(("change", "said"), [
    (lambda m: m, " S2.3 Written advice and call-back after the visit comes after them."),
    (lambda m: replace(m, is_stable=False), "Whether S2.3 Written advice and call-back after the visit belongs among"),
    (lambda m: replace(m, verdict="not_proposed"), "S2.2 Communication training with patients’ words."),
], ids=["in its place", "not settled", "nothing left"])
def test_what_follows_the_first_measures_is_as_settled_as_its_place(
        change: Callable[[MeasureFinding], MeasureFinding], said: str) -> None:
    section = _report(_last(change)).section("strategies")

    text = next(block for block in section.blocks if isinstance(block, Callout)).items[0].text
    assert said.replace("’", "'") in text.replace("’", "'")
    assert "Between the others" not in text


def test_no_saturation_is_shown_where_codes_came_in_numbers_after_the_rule_had_held() -> None:
    figure = _block(sample_report(KEY, "w1", "en"), Figure, "f-saturation")

    assert "(4+2: 4 interviews and the 2 that confirm them)" in figure.source
    assert figure.title.text == "No saturation shown: interview 7 brought 4 new codes"


def test_thresholds_of_customer_value_stand_only_where_customers_are_valued() -> None:
    plain, valued = (_block(sample_report(key, "w1", "en"), Table, "t-thresholds") for key in (KEY, "bank_crm"))

    of_value = "Half range of retention in the value scenario"
    assert of_value in {row.cells[0].text for row in valued.rows if isinstance(row.cells[0], Statement)}
    assert of_value not in {row.cells[0].text for row in plain.rows if isinstance(row.cells[0], Statement)}


@pytest.mark.parametrize(("language", "ages"), [
    ("en", "Under 18:\u00a017; 18 to 44:\u00a045; 45 to 64:\u00a079; 65 or older:\u00a068"),
    ("zh", "18岁以下\u00a017；18至44岁\u00a045；45至64岁\u00a079；65岁及以上\u00a068")])
def test_a_count_is_told_from_the_numbers_of_its_answer_and_stays_beside_it(language: str, ages: str) -> None:
    table = _block(sample_report(KEY, "w1", language), Table, "t-wording-patient")

    assert ages in {cell.text for row in table.rows for cell in row.cells if isinstance(cell, Statement)}


def test_the_sign_for_hidden_groups_is_explained_only_where_one_is_hidden() -> None:
    def hide(found: Diagnosis) -> Diagnosis:
        problem = found.problems[0].level.construct
        return replace(found, groups=tuple(replace(one, is_hidden=one.construct == problem and one.n == FEWEST)
                                           for one in found.groups))

    shown, hidden = (_block(_report(change), Table, "t-groups") for change in (lambda found: found, hide))

    assert HIDDEN not in shown.source
    assert hidden.source.startswith(HIDDEN)


def test_a_rule_with_one_condition_of_several_is_not_said_to_have_none() -> None:
    table = _block(sample_report(KEY, "w1", "en"), Table, "t-aside")

    head = table.rows[0].cells[0]
    assert isinstance(head, Statement)
    assert head.text == "Four measures are not proposed, with what their rules ask (for example)"


def test_intervals_of_few_people_end_where_the_scale_does_and_the_note_says_so() -> None:
    found = _block(_report(lambda found: found), Table, "t-groups")

    ends = [end for row in found.rows for cell in row.cells if isinstance(cell, Number) and cell.style == "mean"
            for end in (cell.low, cell.high) if end is not None]
    assert (min(ends) >= 1.0, max(ends)) == (True, 5.0)
    assert found.source.endswith("of few people they are only a rough guide.")
