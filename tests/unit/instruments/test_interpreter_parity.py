"""The server's and the browser's interpreter give the same value for every expression and answer."""

import json
import os
import sys
import time
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instruments.errors import LogicError
from instruments.logic import parse
from instruments.logic.unparse import write_expression
from tests.unit.instruments.logic_fuzz import Browser, Draw, agree, by_server, is_of_the_language

# Another seed or a longer run: SURVEYAPP_FUZZ_SEED, SURVEYAPP_FUZZ_CASES.
SEED = int(os.environ.get("SURVEYAPP_FUZZ_SEED", "20261123"))
CASES = int(os.environ.get("SURVEYAPP_FUZZ_CASES", "102000"))
TEXTS = CASES // 20
BATCH = 2_000
VECTORS = json.loads((resources.files("instruments") / "logic" / "vectors.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def browser():
    return Browser()


def test_the_browser_gives_every_frozen_example(browser):
    cases = [(parse(vector["expression"], allow_names=vector.get("allow_names", False)), vector["values"],
              vector.get("self"), vector.get("today")) for vector in VECTORS]

    found = browser.evaluate(cases)

    assert [case for case, theirs in zip(cases, found, strict=True) if not agree(by_server(case), theirs)] == []


@pytest.mark.parametrize("length", [4_999, 5_000, 5_001])
def test_both_know_the_longest_text_of_a_pattern(browser, length):
    case = (parse("regex(${t}, 'a*')"), {"t": "a" * length}, None, None)

    assert agree(by_server(case), browser.evaluate([case])[0])
    assert by_server(case)[0] is (length <= 5_000)


def cases_of(draw: Draw) -> list[tuple]:
    """Return the trees, and trees of texts that were written, garbled and read again."""
    cases = [draw.case() for _ in range(CASES - TEXTS)]
    for _ in range(TEXTS * 4):
        if len(cases) == CASES:
            break
        tree, *rest = draw.case(3)
        text = write_expression(tree)
        if draw.random() < 0.5:
            text = draw.garbled(text)
        try:
            read = parse(text)
        except LogicError:
            continue
        if is_of_the_language(read):
            cases.append((read, *rest))
    return cases


def test_both_interpreters_agree_on_random_expressions_and_answers(browser, capsys):
    began = time.perf_counter()
    cases = cases_of(Draw(SEED))

    different = []
    for start in range(0, len(cases), BATCH):
        batch = cases[start:start + BATCH]
        for case, theirs in zip(batch, browser.evaluate(batch), strict=True):
            ours = by_server(case)
            if not agree(ours, theirs):
                different.append((case, ours, theirs))

    with capsys.disabled():
        sys.stdout.write(f"\nInterpreter parity: {len(cases):,} cases (seed {SEED}), {len(different)} differences, "
              f"{time.perf_counter() - began:.0f} s\n")
    assert different[:3] == []
    assert len(cases) == CASES


@given(st.integers(0, 2**32))
@settings(max_examples=300, deadline=None)
def test_both_interpreters_agree_on_whatever_hypothesis_finds(browser, seed):
    case = Draw(seed).case(6)

    assert agree(by_server(case), browser.evaluate([case])[0]), case
