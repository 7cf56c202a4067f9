"""Units and process as drawn: what was entered is on the picture, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from instruments.facts import ProcessStep, StudyFacts
from reports.charts.draw import draw
from reports.sections.organisation import process_flow, unit_tree
from surveyapp.sample.facts import sample_facts
from surveyapp.sample.plan import BANK_PLAN

FACTS = sample_facts(BANK_PLAN)


@pytest.mark.parametrize(("language", "words"), [
    ("en", ("Contract and set-up", "Operations", "Approval", "42 d", "Begins with")),
    ("zh", ("签约与开通", "运营条线", "审批意见", "42天", "输入"))])
def test_a_process_is_drawn_with_owner_input_output_and_days(language: str, words: tuple[str, ...]) -> None:
    figure = process_flow(FACTS, language)

    drawn = draw(figure.chart, figure.alt, language)

    assert all(f">{word}<" in drawn for word in words)
    assert drawn.count("<circle") == len(FACTS.process)


def test_bars_are_as_long_as_the_days() -> None:
    steps = (ProcessStep(1, {"en": "A"}, {}, 10), ProcessStep(2, {"en": "B"}, {}, 5), ProcessStep(3, {"en": "C"}, {}))
    figure = process_flow(StudyFacts(process=steps), "en")

    drawn = draw(figure.chart, figure.alt, "en")

    widths = [float(part.split('width="')[1].split('"')[0]) for part in drawn.split("<rect")[1:]]
    assert widths == [pytest.approx(2 * widths[1], abs=0.02), widths[1]]


def test_without_inputs_and_days_neither_is_headed_or_summed() -> None:
    bare = StudyFacts(process=tuple(replace(step, input={}, output={}, days=None) for step in FACTS.process))
    figure = process_flow(bare, "en")

    drawn = draw(figure.chart, figure.alt, "en")

    assert figure.title.text == "The process in 7 steps"
    assert "Begins with" not in drawn
    assert "<rect" not in drawn


def test_the_tree_names_every_unit_with_its_people() -> None:
    figure = unit_tree(FACTS, "en")

    drawn = draw(figure.chart, figure.alt, "en")

    assert all(unit.name["en"] in drawn for unit in FACTS.units)
    assert "48 people" in drawn
