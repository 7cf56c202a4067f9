"""Who judges twice, how far two judges agree, and what four stated concerns suggest."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from analysis.diagnosis.confidence import claims_of, suggested_confidence
from analysis.diagnosis.joint_agreement import alpha_of, drawn_rows, kappa_of, rater_agreement
from analysis.qual.alpha import krippendorff_alpha
from analysis.qual.kappa import cohen_kappa
from analysis.results.joint import COMPONENTS, CONCERNS, CONFIDENCES, VERDICTS
from instruments.template_loader import load_catalogue_template
from tests.factories.diagnosis import rich_diagnosis

PAIRS = st.lists(st.tuples(st.sampled_from(VERDICTS), st.sampled_from(VERDICTS)), max_size=30)
KEYS = [f"P{number}" for number in range(27)]


# ---- the draw -------------------------------------------------------------------------------------------------------
@given(st.integers(0, 60), st.integers(0, 2**31 - 1), st.sampled_from([0.2, 0.25, 1.0]))
def test_at_least_the_share_is_drawn_and_the_same_seed_draws_the_same(n: int, seed: int, share: float):
    keys = [f"P{number}" for number in range(n)]

    drawn = drawn_rows(keys, seed, share)

    assert len(drawn) == math.ceil(share * n)
    assert drawn == drawn_rows(reversed(keys), seed, share)


def test_a_fifth_of_ten_rows_is_two_and_not_three():
    assert len(drawn_rows([str(n) for n in range(10)], 1, 0.2)) == 2
    assert len(drawn_rows([str(n) for n in range(11)], 1, 0.2)) == 3


def test_over_many_seeds_every_row_is_drawn_about_equally_often():
    times = dict.fromkeys(KEYS, 0)
    for seed in range(1000):
        for key in drawn_rows(KEYS, seed, 0.2):
            times[key] += 1

    # 6 of 27 rows a draw: 222 of 1000 expected, standard deviation 13.
    assert all(abs(n - 1000 * 6 / 27) < 4 * 13.2 for n in times.values()), times


# ---- agreement ------------------------------------------------------------------------------------------------------
def test_agreement_on_ten_rows_worked_by_hand():
    pairs = [("agreement", "agreement")] * 4 + [("silence", "silence")] * 3 + [
        ("dissonance", "dissonance"), ("agreement", "partial_agreement"), ("partial_agreement", "agreement")]

    found = rater_agreement(pairs, n_rows=27, n_drawn=10, seed=7)

    # P_o = .8; P_e = (5*5 + 3*3 + 1*1 + 1*1) / 100 = .36; N = 20, n_c = 10, 6, 2, 2: 1 - 19 * 4 / (400 - 144).
    assert found.share.value == pytest.approx(0.8)
    assert (found.share.ci_low, found.share.ci_high) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert found.kappa.value == pytest.approx(0.44 / 0.64)
    assert found.alpha.value == pytest.approx(1 - 76 / 256)
    assert found.kappa.ci_low < found.kappa.value < found.kappa.ci_high <= 1
    assert found == rater_agreement(pairs, n_rows=27, n_drawn=10, seed=7)


@given(PAIRS)
def test_the_light_statistics_equal_those_of_the_measured_packages(pairs: list[tuple[str, str]]):
    for light, measured in ((kappa_of(pairs), cohen_kappa(pairs)), (alpha_of(pairs), krippendorff_alpha(pairs))):
        assert (light is None) == (measured is None)
        assert light is None or light == pytest.approx(measured, abs=1e-9)


@given(PAIRS)
def test_it_does_not_matter_who_of_the_two_was_first(pairs: list[tuple[str, str]]):
    assume(kappa_of(pairs) is not None)

    swapped = [(b, a) for a, b in pairs]

    assert kappa_of(swapped) == pytest.approx(kappa_of(pairs))
    assert alpha_of(swapped) == pytest.approx(alpha_of(pairs))


@pytest.mark.parametrize("pairs", [[], [("silence", "silence")], [("silence", "silence")] * 5])
def test_without_variation_there_is_no_coefficient(pairs: list[tuple[str, str]]):
    found = rater_agreement(pairs, n_rows=27, n_drawn=6, seed=1)

    assert (found.kappa.value, found.alpha.value) == (None, None)
    assert found.share.value == (1.0 if pairs else None)


# ---- confidence -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("concerns", "suggested"), [
    (("none", "none", "none", "none"), "high"), (("minor", "minor", "none", "none"), "high"),
    (("minor", "minor", "minor", "none"), "moderate"), (("moderate", "none", "none", "none"), "moderate"),
    (("moderate", "moderate", "none", "none"), "low"), (("serious", "none", "none", "none"), "low"),
    (("serious", "moderate", "minor", "none"), "very_low"), (("serious",) * 4, "very_low")])
def test_four_concerns_suggest_a_level(concerns: tuple[str, ...], suggested: str):
    assert suggested_confidence(dict(zip(COMPONENTS, concerns, strict=True))) == suggested


CONCERN = st.sampled_from(CONCERNS)


@given(st.tuples(CONCERN, CONCERN, CONCERN, CONCERN), st.integers(0, 3))
def test_a_graver_concern_never_raises_the_suggestion(concerns: tuple[str, ...], place: int):
    graver = list(concerns)
    graver[place] = CONCERNS[min(CONCERNS.index(concerns[place]) + 1, 3)]

    before = suggested_confidence(dict(zip(COMPONENTS, concerns, strict=True)))
    after = suggested_confidence(dict(zip(COMPONENTS, graver, strict=True)))

    # Three minor concerns weigh one level; a fourth step from minor to moderate takes one minor away and adds one.
    assert CONFIDENCES.index(after) >= CONFIDENCES.index(before)


def test_claims_are_all_problems_all_causes_and_the_links_that_anything_speaks_for():
    diagnosis = rich_diagnosis(load_catalogue_template("bank_crm"))

    claims = claims_of(diagnosis)

    assert [claim.key for claim in claims if claim.kind == "problem"] == [
        found.level.construct for found in diagnosis.problems]
    assert [claim.key for claim in claims if claim.kind == "cause"] == [
        found.level.construct for found in diagnosis.causes]
    links = {claim.key for claim in claims if claim.kind == "link"}
    assert links == {f"{link.cause}:{link.problem}" for link in diagnosis.links
                     if not link.is_withheld and (link.status == "supports" or link.interviewees)}
    assert links
