"""Groups that said the same: what is printed of a group must not tell what each of its members said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.diagnosis.inferred import UNSTATED, AskedOfSome, asked_of_some, hide_inferred, highest_counts
from analysis.diagnosis.surveyed import withhold_of_few
from analysis.quant.compare import group_means
from analysis.tables import AnswerTable
from instruments.schema import NOT_SHOWN
from instruments.template_loader import load_catalogue_template
from tests.factories.branch import Plan, simulated_answers

STAFF = load_catalogue_template("bank_crm").instruments[0]
ASKED = "F_LOAD"            # asked of relationship managers only


def scores(**groups: list[float]) -> tuple[pd.Series, pd.Series]:
    """Return scores and groups of people: name of the group → its members' scores."""
    rows = [(f"{name}{place}", name, score) for name, own in groups.items() for place, score in enumerate(own)]
    keys = [key for key, _, _ in rows]
    return (pd.Series([score for _, _, score in rows], keys, name="PRB"),
            pd.Series([name for _, name, _ in rows], keys, name="D"))


def hidden(values: pd.Series, groups: pd.Series) -> set[str]:
    return {figure.choice for figure in group_means(values, groups) if figure.is_hidden}


def test_a_group_of_one_mind_is_hidden_with_the_next_smallest() -> None:
    found = hidden(*scores(loans=[1.0] * 8, sales=[1, 2, 3, 4, 5, 5], cash=[2, 3] * 10))

    assert found == {"loans", "sales"}


def test_a_group_in_which_one_person_differs_is_hidden_because_that_person_knows_the_others() -> None:
    found = hidden(*scores(loans=[5.0] * 8 + [2.0], sales=[1, 2, 3, 4, 5, 5], cash=[2, 3] * 10))

    assert found == {"loans", "sales"}


def test_what_is_hidden_together_is_not_of_one_mind_either() -> None:
    found = hidden(*scores(loans=[5.0] * 6, sales=[5.0] * 6, risk=[1, 2, 3, 4, 5, 5, 4], cash=[2, 3] * 10))

    assert found == {"loans", "sales", "risk"}


def test_groups_that_differ_are_shown() -> None:
    assert hidden(*scores(loans=[5.0] * 6 + [4.0, 3.0], cash=[2, 3] * 10)) == set()


def test_a_group_whose_number_is_hidden_elsewhere_shows_no_mean() -> None:
    values, groups = scores(loans=[1, 2, 3, 4, 5, 5], sales=[1, 2, 3, 4, 5, 5, 4], cash=[2, 3] * 10)

    found = {figure.choice for figure in group_means(values, groups, hidden_counts=["sales"]) if figure.is_hidden}

    assert found == {"loans", "sales"}


# ---- questions that only some were asked ----------------------------------------------------------------------------
def asked_of(n_asked: int, answers: list[float]) -> AnswerTable:
    table = simulated_answers(STAFF, 40, Plan())
    values, missing = table.values.copy(), table.missing.copy()
    values[ASKED] = [*answers, *[np.nan] * (40 - len(answers))]
    missing[ASKED] = np.where(np.arange(40) < n_asked, 0, NOT_SHOWN).astype(np.int8)
    return replace(table, values=values, missing=missing)


@pytest.mark.parametrize(("answers", "n_left"), [
    ([30.0, 50.0, 70.0], 0), ([80.0] * 9, 0), ([80.0] * 8 + [20.0], 0), ([80.0] * 7 + [20.0, 30.0], 9)])
def test_answers_of_a_few_or_of_one_mind_to_a_question_asked_of_some_are_withheld(
        answers: list[float], n_left: int) -> None:
    told = withhold_of_few(asked_of(len(answers), answers), 5)

    assert told.values[ASKED].count() == n_left
    assert (told.missing[ASKED] != NOT_SHOWN).sum() == n_left


def test_what_everybody_was_asked_is_told_though_all_agree() -> None:
    table = asked_of(40, [80.0] * 40)

    assert withhold_of_few(table, 5) is table


# ---- numbers printed elsewhere --------------------------------------------------------------------------------------
def people(name: str, n: int) -> frozenset[str]:
    return frozenset(f"{name}{place}" for place in range(n))


def test_a_hidden_number_that_another_question_prints_hides_nothing() -> None:
    """58 companies were asked for their deposits: with 140 persons shown of 200, two did not say what they are."""
    cells = {"personal": people("p", 140), "corporate": people("c", 58)}
    everybody = people("p", 140) | people("c", 58) | people("u", 2)
    question = AskedOfSome("DEPOSITS", cells["corporate"], 58)

    alone = hide_inferred({"TYPE": cells}, {"TYPE": frozenset({"corporate"})}, everybody, [], 5)
    beside = hide_inferred({"TYPE": cells}, {"TYPE": frozenset({"corporate"})}, everybody, [question], 5)

    assert alone == {"TYPE": {"corporate"}}
    assert beside == {"TYPE": {"corporate", "personal"}}


def test_bounds_are_those_that_fit_what_is_printed() -> None:
    highest = highest_counts({"a": 30, "b": 4, "c": 6}, frozenset({"b", "c", UNSTATED}), 42,
                             [(frozenset({"c", "a"}), 34)])

    assert highest == pytest.approx({"b": 8, "c": 12, UNSTATED: 8})


def test_questions_asked_of_everybody_or_of_nobody_tell_of_no_group() -> None:
    found = asked_of_some(asked_of(12, [30.0] * 11))

    assert [(question.item, len(question.asked), question.n_printed) for question in found] == [(ASKED, 12, 12)]
