"""The validation runs, goes on where it stopped, and its rates and intervals are what their names say."""

import json

import pytest

from bench.validate.__main__ import arguments, main, simulate
from bench.validate.rates import CARELESS, FIGURES, Limit, Rate, rate_of

FOUND, FALSE = FIGURES[0], FIGURES[1]
SOME = ["--quick", "--processes", "2", "--settings", "random", "null", "careless", "customer file"]


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A file of studies of a quick run."""
    path = tmp_path_factory.mktemp("validation") / "studies.jsonl"
    simulate(arguments([*SOME, "--out", str(path)]))
    return path


def test_a_quick_run_finds_most_of_what_was_planted_and_makes_little_up(kept):
    done = simulate(arguments([*SOME, "--out", str(kept)]))

    assert {key: len(studies) for key, studies in done.items()} == {
        **{(setting, n): 3 for setting in ("random", "null", "careless") for n in (60, 120)}, ("customer file", 0): 3}
    problems = [study for (setting, n), studies in done.items() if setting in ("random", "careless")
                for study in studies]
    assert rate_of(FOUND, problems).value > 0.6
    assert rate_of(FALSE, problems).value < 0.3
    assert sum(study["careless_found"] for study in problems) > 0.5 * sum(study["careless"] for study in problems)
    assert sum(study["honest_excluded"] for study in problems) < 0.05 * sum(study["honest"] for study in problems)
    assert rate_of(CARELESS[0], done["careless", 120]).value > 0.8      # one point all the way, and in a hurry
    assert all(study["linked"] == 0 for study in done["null", 60])
    assert all(study["means_held"] > study["means"] / 2 for study in done["random", 120])
    assert all(study["staged_right"] > 0.9 * study["staged"] for study in done["customer file", 0])


def test_a_second_run_does_again_only_the_study_cut_off_in_writing(kept, tmp_path, capsys):
    lines = kept.read_text(encoding="utf-8").splitlines()
    begun = tmp_path / "begun.jsonl"
    begun.write_text("\n".join([*lines[:-1], lines[-1][:20]]) + "\n", encoding="utf-8")

    main([*SOME, "--out", str(begun)])

    written = begun.read_text(encoding="utf-8").splitlines()
    assert len(written) == len(lines) + 1
    assert json.loads(written[-1]) == json.loads(lines[-1])
    printed = capsys.readouterr().out
    assert "| random | 120 | 3 |" in printed
    assert "straight, hurried" in printed
    assert "stages right, customer file, 3 files" in printed


def test_a_rate_counts_what_lies_in_one_study_as_going_together():
    together = [{"there": 4, "found": 4}, {"there": 4, "found": 0}] * 10
    apart = [{"there": 4, "found": 2}] * 20

    wide, narrow = rate_of(FOUND, together), rate_of(FOUND, apart)

    assert wide.value == narrow.value == 0.5
    # 20 studies that agree within themselves are 20 cases: Wilson's interval of 10 out of 20 is .299 to .701.
    assert (wide.low, wide.high) == pytest.approx((0.299, 0.701), abs=0.005)
    assert (narrow.low, narrow.high) == pytest.approx((0.393, 0.607), abs=0.001)


def test_a_rate_of_nothing_found_false_is_uncertain_by_the_number_of_studies():
    rate = rate_of(FALSE, [{"declared": 5, "false": 0}] * 50)

    assert rate.value == 0
    assert rate.high == pytest.approx(0.0713, abs=0.0005)       # Wilson, 0 out of 50


def test_a_rate_without_a_case_is_none():
    assert rate_of(FOUND, [{"there": 0, "found": 0}]).value is None


def test_a_verdict_says_when_chance_could_have_turned_it():
    limit = Limit(most=0.05)

    assert limit.verdict(Rate(0.01, 0.0, 0.04, 200)) == "met"
    assert limit.verdict(Rate(0.04, 0.01, 0.09, 50)) == "met (open)"
    assert limit.verdict(Rate(0.06, 0.03, 0.11, 50)) == "MISSED (open)"
    assert limit.verdict(Rate(0.12, 0.08, 0.17, 200)) == "MISSED"
