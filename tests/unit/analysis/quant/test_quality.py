import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.quant.careless.indices import (
    consistency_of_persons,
    even_odd,
    intra_individual_sd,
    longest_run,
    mahalanobis,
    psychometric_synonyms,
)
from analysis.quant.careless.quality import flag_respondents, inconsistency, robust_z, screen
from tests.factories.answers import answer_table, construct, instrument, rating, scale

KEYS = [f"{letter}{place}" for letter in "ABCD" for place in range(1, 5)]


def questionnaire(extra=()):
    items = [rating(key, key[0], reverse=key.endswith("4")) for key in KEYS]
    items.insert(8, rating("AC", role="attention", expected=(2,)))
    return instrument([*items, *extra], [construct(letter) for letter in "ABCD"],
                      [scale(), scale("nps", 0, 10, "nps")])


def careful(n, seed=5):
    """Answers of people who read: items of one scale agree, reverse items are turned."""
    rng = np.random.default_rng(seed)
    level = rng.normal(3, 0.9, size=(n, 4))
    answers = {"AC": [2] * n}
    for key in KEYS:
        value = np.clip(np.round(level[:, "ABCD".index(key[0])] + rng.normal(0, 0.5, n)), 1, 5)
        answers[key] = list(6 - value if key.endswith("4") else value)
    return answers


def put(answers, row, values):
    for key, value in values.items():
        answers[key][row] = value


def test_a_straight_liner_is_left_out_and_a_careful_sample_stays():
    answers = careful(60)
    put(answers, 7, dict.fromkeys([*KEYS, "AC"], 4))
    table = answer_table(questionnaire(), answers)

    screening = screen(table, {})

    assert screening.excluded == ("r0007",)
    assert {"attention", "longstring", "lowvar"} <= set(screening.flagged["r0007"])
    assert (screening.n_submitted, screening.n_valid, screening.verdict) == (60, 59, "good")
    assert screening.style_mean.n == 59
    assert screening.composition == {}


def test_one_flag_alone_never_excludes():
    answers = careful(60)
    put(answers, 3, {"AC": 5})

    screening = screen(answer_table(questionnaire(), answers), {})

    assert screening.flagged["r0003"] == ("attention",)
    assert screening.excluded == ()


def test_an_unanswered_attention_item_is_no_failure():
    answers = careful(60)
    put(answers, 3, {"AC": None})

    assert screen(answer_table(questionnaire(), answers), {}).flags["attention"] == 0


def test_fewer_than_half_of_the_items_answered_is_empty():
    answers = careful(40)
    put(answers, 0, dict.fromkeys(KEYS[:9]))
    put(answers, 1, dict.fromkeys(KEYS[:8]))

    flags = flag_respondents(answer_table(questionnaire(), answers))

    assert flags["empty"].iloc[:2].tolist() == [True, False]


def test_speed_counts_only_the_items_shown():
    answers = careful(40)
    put(answers, 0, dict.fromkeys(KEYS[12:]))
    put(answers, 1, dict.fromkeys(KEYS[12:]))
    seconds = [25.9, 26.0, 33.9, 34.0, *[200.0] * 35, np.nan]
    table = answer_table(questionnaire(), answers, duration_s=seconds,
                         not_shown={key: [0, 1] for key in KEYS[12:]})

    flags = flag_respondents(table)

    assert flags["speed"].iloc[[0, 1, 2, 3, 39]].tolist() == [True, False, True, False, False]


def test_runs_are_counted_in_the_order_shown():
    answers = careful(40)
    table_order = {key: 4 if place % 2 else 2 for place, key in enumerate(KEYS)}
    put(answers, 0, table_order)
    positions = {key: [float(place)] * 40 for place, key in enumerate([*KEYS, "AC"])}
    shown_order = [*sorted(KEYS, key=lambda key: table_order[key]), "AC"]
    for key in positions:
        positions[key][0] = float(shown_order.index(key))
    questionnaire_order = answer_table(questionnaire(), answers)
    own_order = answer_table(questionnaire(), answers, positions=positions)

    limits = {"longstring_run": 8}

    assert not flag_respondents(questionnaire_order, limits)["longstring"].iloc[0]
    assert flag_respondents(own_order, limits)["longstring"].iloc[0]


def test_an_item_not_shown_does_not_end_a_run_but_a_blank_does():
    answers = careful(40)
    for row in (0, 1):
        put(answers, row, dict.fromkeys(KEYS, 3) | {"AC": None})
    table = answer_table(questionnaire(), answers, not_shown={"AC": [0]})

    flags = flag_respondents(table, {"longstring_run": 12})

    assert flags["longstring"].iloc[:2].tolist() == [True, False]


def test_contradicting_answers_inside_scales_are_flagged():
    answers = careful(80)
    put(answers, 5, {key: 5 if place % 2 else 1 for place, key in enumerate(KEYS)})

    flags = flag_respondents(answer_table(questionnaire(), answers))

    assert flags["inconsistent"].iloc[5]
    assert flags["inconsistent"].sum() <= 4


def test_unusual_patterns_are_looked_for_only_in_large_samples():
    answers = careful(80)
    put(answers, 5, {key: 5 if place % 2 else 1 for place, key in enumerate(KEYS)})
    small = {key: values[:79] for key, values in answers.items()}

    assert flag_respondents(answer_table(questionnaire(), answers))["mahalanobis"].iloc[5]
    assert not flag_respondents(answer_table(questionnaire(), small))["mahalanobis"].any()


def test_the_recommendation_item_is_not_a_rating_item():
    answers = careful(40) | {"N": [9] * 40}
    put(answers, 0, dict.fromkeys(KEYS, 4) | {"AC": 4})

    flags = flag_respondents(answer_table(questionnaire([rating("N", scale_key="nps", role="nps")]), answers))

    assert flags["lowvar"].iloc[0]


@pytest.mark.parametrize(("n_bad", "verdict"), [(8, "good"), (9, "doubtful"), (16, "doubtful"), (17, "no_grades")])
def test_many_exclusions_stop_the_grades(n_bad, verdict):
    answers = careful(40)
    for row in range(n_bad):
        put(answers, row, dict.fromkeys(KEYS[:12]))

    screening = screen(answer_table(questionnaire(), answers), {})

    assert len(screening.excluded) == n_bad
    assert screening.verdict == verdict


def test_no_responses_are_no_data():
    screening = screen(answer_table(questionnaire(), {key: [] for key in [*KEYS, "AC"]}), {})

    assert (screening.verdict, screening.n_submitted, screening.style_mean) == ("no_data", 0, None)


def test_three_respondents_are_screened_without_complaint():
    screening = screen(answer_table(questionnaire(), careful(3)), {})

    assert screening.n_valid == 3


def test_an_instrument_without_constructs_is_screened():
    bare = instrument([rating("q1"), rating("q2")])

    screening = screen(answer_table(bare, {"q1": [1, 2, None], "q2": [2, 2, None]}), {})

    assert screening.excluded == ("r0002",)


def test_runs_and_spread_of_one_respondent():
    assert longest_run([[3, 3, 3, 4], [np.nan] * 4, [1, np.nan, 1, 1]]).tolist() == [3, 0, 2]
    assert intra_individual_sd([[1, 2, 3, np.nan]]).tolist() == [1.0]
    assert np.isnan(intra_individual_sd([[1, np.nan]])[0])


def test_inconsistency_is_the_mean_spread_inside_scales():
    index = inconsistency([[[1.0, 3.0]], [[2.0, 2.0, np.nan]], [[4.0, np.nan]]])

    assert index.tolist() == pytest.approx([np.sqrt(2) / 2])


def test_robust_z_is_unknown_without_spread():
    assert np.isnan(robust_z([1.0, 1.0, 1.0])).all()
    assert robust_z([1.0, 2.0, 3.0, 4.0, 100.0])[4] == pytest.approx(97 / 1.4826)


def test_mahalanobis_of_complete_answers_is_the_textbook_distance():
    x = np.random.default_rng(2).normal(size=(50, 4))
    inverse = np.linalg.inv(np.cov(x, rowvar=False))
    d = x - x.mean(axis=0)

    assert mahalanobis(x).tolist() == pytest.approx(np.diag(d @ inverse @ d.T).tolist())


def test_a_missing_answer_adds_nothing_to_the_distance():
    x = np.random.default_rng(2).normal(size=(50, 3))
    x[4, 1] = np.nan
    frame = pd.DataFrame(x)
    d = frame.iloc[4] - frame.mean()
    inverse = np.linalg.inv(frame.cov())

    assert mahalanobis(x)[4] == pytest.approx(float(d.fillna(0) @ inverse @ d.fillna(0)))


def test_even_odd_is_the_stepped_up_correlation_of_half_means():
    scales = [np.array([[1, 2, 1, 2], [4, 4, 4, 4]]), np.array([[3, 3, 4, 3], [4, 4, 4, 4]]),
              np.array([[5, 4, 5, 5], [4, 4, 4, 4]])]

    index = even_odd(scales)

    r = stats.pearsonr([1, 3.5, 5], [2, 3, 4.5]).statistic
    assert index[0] == pytest.approx(2 * r / (1 + r))
    assert np.isnan(index[1])


def test_synonyms_are_the_pairs_that_the_sample_answers_alike():
    rng = np.random.default_rng(3)
    base = rng.normal(size=(200, 3))
    x = np.hstack([base, base + 0.3 * rng.normal(size=(200, 3))])

    index = psychometric_synonyms(x)

    assert index[0] == pytest.approx(stats.pearsonr(x[0, 3:], x[0, :3]).statistic)
    assert np.isnan(psychometric_synonyms(rng.normal(size=(100, 4)), 0.9)).all()
    assert np.nanmedian(psychometric_synonyms(np.hstack([base, -x[:, 3:]]), antonyms=True)) < -0.9


# ---- even-odd consistency -------------------------------------------------------------------------------------------
def five_scales(alpha_noise: float, n: int = 60) -> np.ndarray:
    """Return answers of n people to five scales of four items; the last ten tick 2 to 4 at random."""
    rng = np.random.default_rng(4)
    level = rng.normal(3, 0.9, size=(n, 5))
    ticks = level[:, :, None] + rng.normal(0, alpha_noise, size=(n, 5, 4))
    ticks[-10:] = rng.integers(2, 5, size=(10, 5, 4))
    return np.clip(np.rint(ticks), 1, 5)


def test_halves_of_the_scales_of_who_ticks_at_random_do_not_agree():
    scales = list(five_scales(0.5).transpose(1, 0, 2))

    consistency = consistency_of_persons(scales, minimum_alpha=0.60, fewest_scales=5)

    assert (consistency[-10:] < 0.30).sum() >= 4
    assert (consistency[:-10] < 0.30).sum() <= 1
    assert consistency == pytest.approx(even_odd(scales), nan_ok=True)


@pytest.mark.parametrize(("noise", "n_scales"), [(0.5, 4), (3.0, 5)])
def test_halves_are_not_compared_over_few_or_unreliable_scales(noise: float, n_scales: int):
    scales = list(five_scales(noise).transpose(1, 0, 2))[:n_scales]

    assert np.isnan(consistency_of_persons(scales, minimum_alpha=0.60, fewest_scales=5)).all()


def test_a_scale_that_does_not_measure_is_left_out_of_the_halves():
    scales = list(five_scales(0.5).transpose(1, 0, 2))
    noise = np.random.default_rng(5).integers(1, 6, size=(60, 4)).astype(float)

    with_noise = consistency_of_persons([*scales, noise], minimum_alpha=0.60, fewest_scales=5)

    assert with_noise == pytest.approx(even_odd(scales), nan_ok=True)
