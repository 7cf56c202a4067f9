import pytest

from analysis.errors import SpecError, TooFewData
from analysis.qual.agreement import code_agreement
from analysis.qual.alpha import krippendorff_alpha
from analysis.qual.coded_text import CodedText, Mark
from analysis.qual.coder_agreement import AgreementOptions, agreement_report
from tests.factories.interviews import codebook, coding, interview_table

CODES = codebook("PRB", "PRB.INFO", "PRB.INFO.LINK", "PRB.GOAL")
TURN, N_TURNS = 20, 10          # code points a turn, turns a text; even turns are the interviewee's, of two sentences
QUICK = AgreementOptions(n_resamples=200)


def text(*marks, key="I1", coders=("a", "b")):
    """A text of ten turns; a mark is coder, code, turn, polarity?"""
    turns = tuple((n * TURN, (n + 1) * TURN, n % 2 == 0) for n in range(N_TURNS))
    sentences = tuple((n * TURN // 2, (n + 1) * TURN // 2) for n in range(2 * N_TURNS))
    return CodedText(key, TURN * N_TURNS, coders, turns, sentences, tuple(
        mark if isinstance(mark, Mark) else Mark(mark[0], mark[1], (*mark, "supports")[3], mark[2] * TURN,
                                                 (mark[2] + 1) * TURN) for mark in marks))


def on(code, *texts, **options):
    report = agreement_report(texts, CODES, AgreementOptions(**{"n_resamples": 200, **options}))
    return next(row for row in report.codes if row.code == code)


def test_the_report_gives_the_same_alpha_as_the_diagnosis():
    marks = {"I1": [("a", "PRB.INFO", 0), ("b", "PRB.INFO.LINK", 0), ("a", "PRB.INFO", 2)],
             "I2": [("a", "PRB.INFO", 4), ("b", "PRB.INFO", 4, "contradicts")],
             "I3": [("b", "PRB.INFO", 1)]}
    table = interview_table(dict.fromkeys(marks, "rm"), [
        coding(key, row[1], (*row, "supports")[3], row[0], row[2]) for key, rows in marks.items() for row in rows],
        double_coded=tuple(marks))
    texts = [text(*rows, key=key) for key, rows in marks.items()]

    judged, diagnosed = on("PRB.INFO", *texts, n_resamples=2000), code_agreement(table, CODES)["PRB.INFO"]

    assert (judged.alpha.value, judged.alpha.ci_low, judged.alpha.ci_high) == pytest.approx(
        (diagnosed.alpha.value, diagnosed.alpha.ci_low, diagnosed.alpha.ci_high))
    assert (judged.jaccard, judged.positive_agreement, judged.percent_agreement) == pytest.approx(
        (diagnosed.jaccard, diagnosed.positive_agreement, diagnosed.percent_agreement))
    assert (judged.n_units, judged.verdict) == (diagnosed.n_units, diagnosed.verdict)


def test_a_pair_is_told_in_numbers_of_units():
    found = on("PRB.INFO", text(("a", "PRB.INFO", 0), ("b", "PRB.INFO", 0), ("a", "PRB.INFO", 2),
                                ("b", "PRB.INFO", 4, "mixed"), ("a", "PRB.INFO", 4), ("b", "PRB.INFO", 6)))

    pair = found.pairs[0]

    assert (pair.first, pair.second, pair.n_units) == ("a", "b", 5)
    assert (pair.n_both, pair.n_only_first, pair.n_only_second, pair.n_neither, pair.n_other_polarity) == (
        2, 1, 1, 1, 1)
    assert (pair.percent_agreement, pair.jaccard, pair.positive_agreement) == pytest.approx((2 / 5, 2 / 4, 4 / 6))


def test_alpha_over_sentences_counts_each_sentence_a_passage_touches():
    halves = text(Mark("a", "PRB.INFO", "supports", 0, 20), Mark("b", "PRB.INFO", "supports", 0, 5))

    found = on("PRB.INFO", halves, unit="sentence")

    assert found.n_units == N_TURNS
    assert found.alpha.value == pytest.approx(krippendorff_alpha(["ss", "s-", *["--"] * 8]))


def test_alpha_over_characters_is_offered_but_not_the_default():
    halves = text(Mark("a", "PRB.INFO", "supports", 0, 20), Mark("b", "PRB.INFO", "supports", 0, 5))

    found = on("PRB.INFO", halves, unit="character")

    assert AgreementOptions().unit == "turn"
    assert found.n_units == TURN * N_TURNS / 2
    assert found.alpha.value == pytest.approx(krippendorff_alpha([*["ss"] * 5, *["s-"] * 15, *["--"] * 80]))
    with pytest.raises(SpecError, match="'word' is no unit"):
        on("PRB.INFO", halves, unit="word")


def test_few_documents_are_resampled_by_unit_and_give_no_verdict():
    marks = [(coder, "PRB.INFO", n) for coder in "ab" for n in (0, 4)]

    report = agreement_report([text(*marks, ("a", "PRB.INFO", 6))], CODES, QUICK)
    found = next(row for row in report.codes if row.code == "PRB.INFO")

    assert (report.resampled, found.verdict) == ("units", "not_double_coded")
    assert found.alpha.ci_low < found.alpha.value < found.alpha.ci_high


def test_answers_to_one_item_are_resampled_by_answer_and_judged():
    marks = [(coder, "PRB.INFO", n) for coder in "ab" for n in (0, 4, 8)]

    report = agreement_report([text(*marks)], CODES, AgreementOptions(n_resamples=200, is_one_source=True))

    assert report.resampled == "units"
    assert {row.code: row.verdict for row in report.codes}["PRB.INFO"] == "accept"


def test_the_same_seed_gives_the_same_interval_and_another_seed_another():
    texts = [text(("a", "PRB.INFO", n), ("b", "PRB.INFO", (n + 2) % 4), ("a", "PRB.INFO", 6), ("b", "PRB.INFO", 6),
                  key=f"I{n}") for n in range(0, 8, 2)]

    one, again, other = (on("PRB.INFO", *texts, seed=seed, n_resamples=41, is_one_source=True).alpha
                         for seed in ((1,), (1,), (2,)))

    assert one == again
    assert (one.ci_low, one.ci_high) != (other.ci_low, other.ci_high)


def test_a_code_nobody_gave_is_undefined_and_no_agreement():
    found = on("PRB.GOAL", *[text(("a", "PRB.INFO", 0), key=f"I{n}") for n in range(3)])

    assert (found.alpha.value, found.jaccard, found.positive_agreement, found.unitized) == (None, None, None, None)
    assert (found.verdict, found.prevalence, found.n_marked) == ("not_assessable", 0.0, 0)


def test_high_agreement_on_a_rare_code_is_called_a_paradox():
    rare = on("PRB.INFO", *[text(("a", "PRB.INFO", 0) if n == 0 else ("b", "PRB.INFO", 2) if n == 1 else
                                 ("a", "PRB.GOAL", 0), key=f"I{n}") for n in range(4)])
    common = on("PRB.INFO", *[text(*[(c, "PRB.INFO", t) for c in "ab" for t in (0, 2)], key=f"I{n}") for n in range(4)])

    assert rare.percent_agreement > 0.8
    assert rare.alpha.value < 0.1
    assert (rare.has_paradox, common.has_paradox) == (True, False)


def test_a_coder_who_marked_nothing_still_counts_among_three():
    found = on("PRB.INFO", *[text(("a", "PRB.INFO", 0), ("b", "PRB.INFO", 0), key=f"I{n}", coders=("a", "b", "c"))
                             for n in range(3)])

    assert found.n_coders == 3
    assert found.share_coded == pytest.approx({"a": 0.2, "b": 0.2, "c": 0.0})
    assert found.alpha.value == pytest.approx(krippendorff_alpha([*["ss-"] * 3, *["---"] * 12]))
    assert found.fleiss is not None


def test_coders_of_different_texts_are_paired_only_where_both_coded():
    report = agreement_report([text(("a", "PRB.INFO", 0), ("b", "PRB.INFO", 0)),
                               text(("b", "PRB.INFO", 0), key="I2", coders=("b", "c"))], CODES, QUICK)

    pairs = {(pair.first, pair.second): pair.n_units for pair in report.codes[1].pairs}

    assert pairs == {("a", "b"): 5, ("a", "c"): 0, ("b", "c"): 5}


def test_texts_with_marks_without_place_are_left_out_and_named():
    report = agreement_report([text(("a", "PRB.INFO", 0)), text(Mark("a", "PRB", "supports", -1, -1), key="I2")], CODES,
                              QUICK)

    assert (report.documents, report.left_out) == (("I1",), ("I2",))
    with pytest.raises(TooFewData, match="finished by two coders"):
        agreement_report([], CODES)


def test_identical_coding_agrees_in_every_way():
    marks = [(coder, code, n) for coder in "ab" for code in ("PRB.INFO", "PRB.GOAL") for n in (0, 4)]

    report = agreement_report([text(*marks, key=f"I{n}") for n in range(3)], CODES, QUICK)
    found = report.codes[1]

    assert (found.alpha.value, found.fleiss, found.brennan_prediger, found.ac1, found.jaccard, found.unitized,
            found.pairs[0].kappa.value, report.overall.alpha.value) == pytest.approx((1.0,) * 8)
