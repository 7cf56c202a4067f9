"""Section 1 of the diagnostic model, written down a second time and held against the screening."""

import math
import statistics

import numpy as np
import pytest

from analysis.quant.careless.indices import careless_indices
from analysis.quant.careless.quality import FLAGS, flag_respondents, quality_indices, screen
from tests.factories.answers import answer_table, construct, instrument, rating, scale

KEYS = [f"{letter}{place}" for letter in "ABC" for place in range(1, 5)]
ALL = [*KEYS[:8], "AC", *KEYS[8:]]


def questionnaire():
    items = [rating(key, key[0], reverse=key.endswith("4")) for key in KEYS]
    items.insert(8, rating("AC", role="attention", expected=(2,)))
    return instrument(items, [construct(letter) for letter in "ABC"], [scale()])


def crowd(n, seed):
    """People of every kind: careful, hurried, straight-lining, random, silent."""
    rng = np.random.default_rng(seed)
    level = np.clip(rng.normal(3, 1, size=(n, 3)), 1, 5)
    answers = {key: [None] * n for key in ALL}
    for row in range(n):
        kind = rng.choice(["careful", "careful", "careful", "line", "random", "silent"])
        for key in ALL:
            value = np.clip(round(level[row, "ABC".index(key[0])] + rng.normal(0, 0.6)), 1, 5) if key != "AC" else 2
            value = 6 - value if key.endswith("4") else value
            value = {"line": 4, "random": rng.integers(1, 6)}.get(kind, value)
            is_missing = rng.random() < (0.6 if kind == "silent" else 0.03)
            answers[key][row] = None if is_missing else int(value)
    return answers, [float(rng.choice([12.0, 25.9, 26.0, 90.0, math.nan])) for _ in range(n)]


def flags_by_the_text(answers, seconds, n):
    """Return each person's flags by the sentences of the model, one person at a time."""
    spread = [_inconsistency({key: answers[key][row] for key in KEYS}) for row in range(n)]
    known = [value for value in spread if value is not None]
    median = statistics.median(known)
    mad = 1.4826 * statistics.median(abs(value - median) for value in known)
    found = []
    for row in range(n):
        given = {key: answers[key][row] for key in ALL}
        rated = [value for value in given.values() if value is not None]
        flags = set()
        if given["AC"] is not None and given["AC"] != 2:
            flags.add("attention")
        if seconds[row] < 2 * len(ALL):
            flags.add("speed")
        if _longest(list(given.values())) >= 12:
            flags.add("longstring")
        if len(rated) > 1 and statistics.stdev(rated) < 0.45:
            flags.add("lowvar")
        if spread[row] is not None and (spread[row] - median) / mad > 2.5:
            flags.add("inconsistent")
        if len(rated) < len(ALL) / 2:
            flags.add("empty")
        found.append(flags)
    return found


def _inconsistency(given):
    spreads = []
    for letter in "ABC":
        recoded = [6 - value if key.endswith("4") else value for key, value in given.items()
                   if key[0] == letter and value is not None]
        if len(recoded) > 1:
            spreads.append(statistics.stdev(recoded))
    return statistics.mean(spreads) if spreads else None


def _longest(values):
    longest = run = 0
    for place, value in enumerate(values):
        run = 0 if value is None else run + 1 if place and value == values[place - 1] else 1
        longest = max(longest, run)
    return longest


@pytest.mark.parametrize("seed", range(8))
def test_who_is_left_out_is_who_the_text_of_the_model_leaves_out(seed):
    n = 55      # fewer than five respondents an item: no Mahalanobis flag
    answers, seconds = crowd(n, seed)
    table = answer_table(questionnaire(), answers, duration_s=seconds)
    expected = flags_by_the_text(answers, seconds, n)

    flags, screening = flag_respondents(table), screen(table)

    assert [{name for name in FLAGS if row[name]} for _, row in flags.iterrows()] == expected
    assert list(screening.excluded) == [f"r{row:04d}" for row, own in enumerate(expected)
                                        if "empty" in own or len(own - {"empty"}) >= 2]
    assert 0 < len(screening.excluded) < n


def test_no_index_of_careless_answering_leaves_anybody_out():
    n = 55
    answers, _ = crowd(n, 3)
    for row in range(5):        # consistent to the limit of every index, and unusual by distance; one flag at most
        for place, key in enumerate(KEYS):
            answers[key][row] = (1, 5)[(place // 4 + key.endswith("4")) % 2]
    table = answer_table(questionnaire(), answers)
    raw = table.values[KEYS].to_numpy()

    extreme = careless_indices(raw, raw, [raw[:, :4], raw[:, 4:8], raw[:, 8:]])

    assert all(np.isfinite(extreme[index]).any() for index in ("longstring", "irv", "evenodd", "mahad"))
    assert not set(screen(table).excluded) & {f"r{row:04d}" for row in range(5)}


def test_the_indices_count_beyond_a_limit_whom_the_flag_counts():
    answers, seconds = crowd(300, 11)
    table = answer_table(questionnaire(), answers, duration_s=seconds)

    found = {index.index: index for index in quality_indices(table)}
    flags = flag_respondents(table)

    deciding = {"longstring": "longstring", "irv": "lowvar", "seconds_per_item": "speed"}
    assert {key for key, index in found.items() if index.decides} == set(deciding)
    for index, flag in deciding.items():
        assert found[index].n_beyond == flags[flag].sum() >= 5
    assert not found["mahad"].decides


def test_few_people_have_no_distribution():
    answers, seconds = crowd(4, 1)

    found = quality_indices(answer_table(questionnaire(), answers, duration_s=seconds))

    assert all(not index.bins and not index.quantiles and index.mean is None for index in found)
