"""An attacker with a whole report and the questionnaire: no number in it can be worked out that speaks of too few.

Small branches are planted with rare roles, unstated profiles and questions that only some are asked. What the report
prints is read from its content, as it stands there; what it hides is attacked by linear programming over all counts
that fit what is printed, and by linear algebra over all sums of scores.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from analysis.diagnosis.diagnose import diagnose
from analysis.results.diagnosis import Diagnosis
from analysis.tables import AnswerTable, StudyTables
from instruments.facts import StudyFacts
from instruments.schema import LEFT_BLANK, NOT_SHOWN, Instrument
from instruments.template_loader import load_catalogue_template
from reports.content import Number, Statement, StudyReport, Table
from reports.sections.study import study_report
from tests.factories.branch import Plan, simulated_study

BANK = load_catalogue_template("bank_crm")
MINIMUM = 5
SEEDS = range(8)
MANAGERS = frozenset({"team_head", "middle", "senior"})
# What whoever has read the questionnaire knows: which cells the answers to these questions come from.
ROUTES: Mapping[str, tuple[str, frozenset[str]]] = {
    **{item.key: ("D_LEVEL", MANAGERS) for item in BANK.instruments[0].items if item.section == "H"},
    "F_LOAD": ("D_ROLE", frozenset({"rm"})),
    "S_AUM": ("S_TYPE", frozenset({"personal"})), "S_DEP": ("S_TYPE", frozenset({"corporate"})),
}
UNSTATED = ""


@dataclass(frozen=True)
class Printed:
    """What a report prints of one questionnaire: people, answers to each question, groups' sizes and means."""

    n: int
    answers: Mapping[str, int]                              # item → number printed beside it
    cells: Mapping[str, Mapping[str, int | None]]           # profile item → choice → people; None = hidden
    means: Mapping[str, Mapping[str, frozenset[str]]]       # construct → item → choices whose mean is printed
    group_sizes: Mapping[str, Mapping[str, int]]


def profiles(instrument: Instrument, n: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return skewed profile answers, some of them left out."""
    found = {}
    for item in instrument.items_of_role("profile"):
        choices = [choice.value for choice in item.choices if not choice.is_missing]
        shares = np.sort(rng.dirichlet(np.full(len(choices), 0.7)))[::-1]
        answers = rng.choice(np.array(choices, dtype=object), n, p=shares)
        answers[rng.random(n) < rng.choice([0, 0.02, 0.08])] = None
        found[item.key] = answers
    return found


def routed(table: AnswerTable, rng: np.random.Generator) -> AnswerTable:
    """Return the answers with profiles planted and with questions unseen by those they are not for."""
    values, missing = table.values.copy(), table.missing.copy()
    for key, answers in profiles(table.instrument, table.n, rng).items():
        values[key] = pd.Series(answers, values.index, dtype=object)
        missing[key] = np.where(values[key].isna(), LEFT_BLANK, 0).astype(np.int8)
    for key, (item, cells) in ROUTES.items():
        if key in values.columns:
            unseen = ~values[item].isin(cells)
            values.loc[unseen, key] = None if values[key].dtype == object else np.nan
            missing.loc[unseen, key] = NOT_SHOWN
            missing[key] = missing[key].astype(np.int8)
    return replace(table, values=values, missing=missing)


@cache
def planted(seed: int) -> tuple[StudyTables, Diagnosis, StudyReport]:
    rng = np.random.default_rng(seed)
    study = simulated_study(BANK, n_staff=int(rng.integers(24, 70)), n_customers=int(rng.integers(30, 200)),
                            plan=Plan(means={"PRB_INFO": 3.8}), seed=seed)
    study = replace(study, answers={name: routed(table, rng) for name, table in study.answers.items()})
    diagnosis = diagnose(study, n_resamples=20, study="small", is_synthetic=True)
    return study, diagnosis, study_report(diagnosis, BANK, StudyFacts(), language="en")


def read_report(report: StudyReport, instrument: Instrument) -> Printed:
    tables = {block.key: block for block in report.blocks() if isinstance(block, Table)}
    n = next(_figure(row.cells[4]) for row in tables["t-response"].rows
             if _text(row.cells[0]).lower().startswith(instrument.audience))
    labels = {item.key: {choice.label["en"]: choice.value for choice in item.choices} for item in instrument.items}
    answers, cells = {}, {}
    for row in tables[f"t-wording-{instrument.audience}"].rows:
        if row.is_group:
            continue
        key, said = _text(row.cells[0]).split(" ")[0].removesuffix("(R)"), _text(row.cells[3])
        if _text(row.cells[2]).isdigit():
            answers[key] = int(_text(row.cells[2]))
        if key in {item.key for item in instrument.items_of_role("profile")}:
            found = (re.fullmatch(r"(.*):\s(\d+|s)", part) for part in said.split("; "))
            cells[key] = {labels[key][match[1]]: None if match[2] == "s" else int(match[2]) for match in found if match}
            answers.pop(key, None)
    return Printed(int(n or 0), answers, cells, *_groups(tables.get("t-groups"), instrument))


def _groups(table: Table | None, instrument: Instrument) -> tuple[dict[str, dict[str, frozenset[str]]],
                                                                  dict[str, dict[str, int]]]:
    means: dict[str, dict[str, frozenset[str]]] = {}
    sizes: dict[str, dict[str, int]] = {}
    names = {construct.name["en"]: construct.key for construct in BANK.constructs}
    items = {item.text["en"]: item for item in instrument.items_of_role("profile")}
    over = None
    for row in table.rows if table else ():
        if row.is_group:
            over = items.get(_text(row.cells[0]))
            continue
        if over is None:
            continue
        choice = next(c.value for c in over.choices if c.label["en"] == _text(row.cells[0]))
        size = _figure(row.cells[1])
        if size is not None:
            sizes.setdefault(over.key, {})[choice] = int(size)
        for column, cell in zip(table.columns[2:], row.cells[2:], strict=True):
            if _figure(cell) is not None:
                shown = means.setdefault(names[column.title], {})
                shown[over.key] = shown.get(over.key, frozenset()) | {choice}
    return means, sizes


def _text(cell: object) -> str:
    return cell.text if isinstance(cell, Statement) else ""


def _figure(cell: object) -> float | None:
    return cell.value if isinstance(cell, Number) and not cell.is_hidden else None


def valid_answers(seed: int, audience: str) -> AnswerTable:
    study, diagnosis, _ = planted(seed)
    return study.answers[audience].without(frozenset(diagnosis.screening[audience].excluded))


def truth(table: AnswerTable, item: str) -> dict[str, frozenset[str]]:
    answers = table.values[item]
    cells = {str(choice): frozenset(answers.index[answers == choice]) for choice in answers.dropna().unique()}
    return {**cells, UNSTATED: frozenset(answers.index[answers.isna()])}


# ---- counts ---------------------------------------------------------------------------------------------------------
def bounds(printed: Printed, item: str, choices: list[str]) -> dict[str, tuple[float, float]]:
    """Return the lowest and highest number of people that the whole report allows in each cell of a profile item."""
    cells = [*choices, UNSTATED]
    at_least: list[tuple[set[str], int]] = [
        ({choice}, n) for choice, n in printed.group_sizes.get(item, {}).items()]
    for asked, (over, inside) in ROUTES.items():
        n = printed.answers.get(asked, 0) + sum(n or 0 for n in printed.cells.get(asked, {}).values())
        if over == item and n:
            at_least.append((set(inside), n))
    rows = [[-1.0 if cell in inside else 0.0 for cell in cells] for inside, _ in at_least]
    known = printed.cells.get(item, {})
    limits = [(float(n), float(n)) if (n := known.get(cell)) is not None else (0.0, None) for cell in cells]
    found = {}
    for place, cell in enumerate(cells):
        aim = np.eye(len(cells))[place]
        ends = [linprog(sign * aim, A_ub=rows or None, b_ub=[-float(n) for _, n in at_least] or None,
                        A_eq=np.ones((1, len(cells))), b_eq=[printed.n], bounds=limits) for sign in (1, -1)]
        assert all(end.status == 0 for end in ends), (item, "what is printed does not fit together")
        found[cell] = float(ends[0].fun), float(-ends[1].fun)
    return found


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("audience", ["staff", "customer"])
def test_no_count_of_a_few_people_follows_from_all_the_numbers_of_a_report(seed: int, audience: str) -> None:
    table = valid_answers(seed, audience)
    printed = read_report(planted(seed)[2], table.instrument)

    pinned = []
    for item in table.instrument.items_of_role("profile"):
        if item.key not in printed.cells:
            continue
        choices = [choice.value for choice in item.choices if not choice.is_missing]
        found = bounds(printed, item.key, choices)
        pinned += [(item.key, cell, len(people), found[cell]) for cell, people in truth(table, item.key).items()
                   if 0 < len(people) < MINIMUM and found[cell][1] < MINIMUM]

    assert printed.n == table.n
    assert pinned == []


# ---- sums of scores -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("seed", SEEDS)
def test_no_sum_of_scores_of_a_few_people_follows_from_all_the_means_of_a_report(seed: int) -> None:
    table = valid_answers(seed, "staff")
    printed = read_report(planted(seed)[2], table.instrument)
    cells = {item.key: truth(table, item.key) for item in table.instrument.items_of_role("profile")}
    place = {person: number for number, person in enumerate(table.values.index)}

    def indicator(people: frozenset[str]) -> np.ndarray:
        return np.array([float(person in people) for person in place])

    targets = [people for own in cells.values() for people in own.values()]
    targets += [first & second for one, own in cells.items() for other, more in cells.items() if one < other
                for first in own.values() for second in more.values()]
    few = np.array([indicator(people) for people in targets if 0 < len(people) < MINIMUM])
    for construct, shown in printed.means.items():
        groups = [np.ones(len(place)), *(indicator(cells[item][choice]) for item, own in shown.items()
                                         for choice in own)]
        matrix = np.array(groups).T
        rest = few.T - matrix @ np.linalg.lstsq(matrix, few.T, rcond=None)[0]
        assert (np.abs(rest).max(axis=0) > 1e-6).all(), construct


def test_the_planted_branches_hold_what_the_attack_looks_for() -> None:
    """The attack would be idle in branches without rare cells, hidden cells, shown cells and groups' means."""
    small = hidden = shown = means = 0
    for seed in SEEDS:
        for audience in ("staff", "customer"):
            table = valid_answers(seed, audience)
            printed = read_report(planted(seed)[2], table.instrument)
            small += sum(0 < len(people) < MINIMUM for item in printed.cells for people in truth(table, item).values())
            hidden += sum(n is None for own in printed.cells.values() for n in own.values())
            shown += sum(n is not None and n > 0 for own in printed.cells.values() for n in own.values())
            means += sum(len(own) for items in printed.means.values() for own in items.values())

    assert small > 40
    assert hidden > 40
    assert shown > 40
    assert means > 100
