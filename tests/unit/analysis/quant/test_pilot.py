"""A pilot says of each item whether to keep, change or drop it, and why."""

import numpy as np
import pandas as pd

from analysis.quant.pilot import judge_pilot
from instruments.schema import NOT_SHOWN
from tests.factories.answers import answer_table, construct, instrument, rating

FOUR = instrument([rating("a1", "A"), rating("a2", "A"), rating("a3", "A"), rating("odd", "A")], [construct("A")])


def answers(n: int, seed: int = 1) -> dict[str, list[float]]:
    """Three items that go together and one that goes its own way."""
    generator = np.random.default_rng(seed)
    common = generator.normal(size=n)
    related = {key: np.clip(np.round(3 + common + generator.normal(scale=0.6, size=n)), 1, 5).tolist()
               for key in ("a1", "a2", "a3")}
    return {**related, "odd": generator.integers(1, 6, n).astype(float).tolist()}


def verdicts(judgement) -> dict[str, tuple[str, tuple[str, ...]]]:
    return {item.item: (item.verdict, item.reasons) for item in judgement.items}


def test_items_that_hang_together_are_kept_and_the_stranger_is_looked_at():
    judgement = judge_pilot(answer_table(FOUR, answers(60)))

    found = verdicts(judgement)
    assert {found[key] for key in ("a1", "a2", "a3")} == {("keep", ())}
    assert found["odd"][0] == "change"
    assert set(found["odd"][1]) <= {"weak_link", "wrong_way"}


def test_with_few_respondents_no_correlation_is_judged():
    judgement = judge_pilot(answer_table(FOUR, answers(12)))

    assert not judgement.has_enough_for_links
    assert verdicts(judgement)["odd"] == ("keep", ())
    assert judgement.items[3].item_rest_r is not None


def test_an_item_that_many_call_unclear_is_changed():
    judgement = judge_pilot(answer_table(FOUR, answers(20)), remarks={"a1": 3, "a2": 2, "a3": 1})

    found = verdicts(judgement)
    assert found["a1"] == ("change", ("remarks",))
    assert found["a2"] == ("keep", ())
    assert judgement.items[0].share_remarks == 3 / 20


def test_one_remark_in_a_tiny_pilot_is_a_remark_and_no_verdict():
    judgement = judge_pilot(answer_table(FOUR, answers(5)), remarks={"a1": 1})

    assert verdicts(judgement)["a1"] == ("keep", ())


def test_an_item_that_is_passed_over_is_changed():
    data = answers(20)
    data["a2"][:3] = [None] * 3

    judgement = judge_pilot(answer_table(FOUR, data))

    assert verdicts(judgement)["a2"] == ("change", ("left_blank",))
    assert judgement.items[1].share_blank == 3 / 20


def test_an_item_that_experts_reject_is_dropped():
    experts = pd.DataFrame({"a1": [4, 4, 4, 3, 1], "a2": [4, 2, 2, 4, 4], "a3": [4, 4, 4, 3, 3]}, dtype=float)

    judgement = judge_pilot(answer_table(FOUR, answers(20)), experts=experts)

    found = verdicts(judgement)
    assert found["a2"] == ("drop", ("experts_reject",))
    assert found["a1"] == ("keep", ())
    assert judgement.items[3].i_cvi is None
    assert judgement.validity.s_cvi_universal == 1 / 3


def test_an_item_that_runs_against_its_scale_is_dropped_once_another_reason_joins():
    data = answers(60)
    data["odd"] = [6 - value for value in data["a1"]]

    alone = verdicts(judge_pilot(answer_table(FOUR, data)))["odd"]
    joined = verdicts(judge_pilot(answer_table(FOUR, data), remarks={"odd": 30}))["odd"]

    assert alone == ("change", ("wrong_way",))
    assert joined == ("drop", ("remarks", "wrong_way"))


def test_the_time_of_a_page_is_shared_among_its_items():
    judgement = judge_pilot(answer_table(FOUR, answers(20)), page_seconds={"A": 20.0})

    assert [item.seconds for item in judgement.items] == [5.0] * 4


def test_of_an_item_that_few_people_saw_only_the_experts_word_is_told():
    experts = pd.DataFrame({"a1": [4, 4, 4, 4, 4], "a2": [4, 4, 4, 4, 4]}, dtype=float)
    table = answer_table(FOUR, answers(20))
    table.missing.loc[table.missing.index[3:], "a1"] = NOT_SHOWN

    judgement = judge_pilot(table, remarks={"a1": 2}, page_seconds={"a": 12.0}, experts=experts, minimum_group=5)

    few, seen = judgement.items[:2]
    assert (few.n_shown, few.share_blank, few.n_remarks, few.item_rest_r, few.i_cvi) == (None, None, 0, None, 1.0)
    assert few.verdict == "keep"
    assert seen.n_shown == 20
