"""Open answers counted in comments: once a code, by audience, apart from everything that is counted in people."""

from dataclasses import replace

import pandas as pd
import pytest

from analysis.diagnosis.metrics import check_paths, known_paths
from analysis.errors import AnalysisError
from analysis.qual.alpha import krippendorff_alpha
from analysis.qual.comments import comment_evidence, comment_metrics
from analysis.tables import CandidateRow, CommentTable
from instruments.template import Condition
from instruments.template_loader import load_catalogue_template

BANK = load_catalogue_template("bank_crm")
CANDIDATE = CandidateRow("problem", {"en": "Queues", "zh": "排队"}, {"en": "Long.", "zh": "长。"}, 2, 9, ("O_OTHER",))


def table(*codings: tuple[str, int, str, str, str], **more: object) -> CommentTable:
    """Nine comments of staff on one item, four on another nobody has coded, six of customers."""
    items = pd.DataFrame([("staff", "O_OTHER", 9, 2, 1), ("staff", "O_SUG", 4, 0, 0), ("customer", "CO_GOOD", 6, 0, 0)],
                         index=["a", "b", "c"], columns=["audience", "item", "n_comments", "n_blank", "n_dropped"])
    columns = ["source", "comment", "code", "polarity", "coder"]
    return CommentTable(items, pd.DataFrame(codings, columns=columns), (CANDIDATE,), **more)


CODED = table(
    ("a", 1, "PRB.INFO.LINK", "supports", "ann"), ("a", 1, "PRB.INFO", "supports", "ann"),
    ("a", 2, "PRB.INFO", "supports", "ann"), ("a", 2, "PRB.INFO", "contradicts", "bob"),
    ("a", 3, "PRB.INFO", "contradicts", "ann"), ("c", 1, "SIT.ACH", "supports", "ann"))


def test_a_comment_counts_once_a_code_with_sub_codes_and_coders_who_differ_make_it_mixed():
    found = comment_evidence(CODED, BANK.codebook)

    info = next(row for row in found.codes if row.code == "PRB.INFO")
    assert (info.n, info.n_of, info.supports, info.contradicts, info.mixed) == (3, 9, 1, 1, 1)
    assert dict(info.by_item) == {"O_OTHER": (3, 9)}
    assert next(row for row in found.codes if row.code == "PRB").n == 3


def test_an_item_in_which_nothing_is_coded_counts_in_no_denominator_and_customers_stand_apart():
    found = comment_evidence(CODED, BANK.codebook)

    assert {(row.audience, row.n_of) for row in found.codes} == {("staff", 9), ("customer", 6)}
    assert [(item.item, item.n_coded) for item in found.items] == [("O_OTHER", 3), ("O_SUG", 0), ("CO_GOOD", 1)]


LINKED = pd.DataFrame(
    [("a", 1, "CAU_TECH", "PRB_INFO"), ("a", 1, "CAU_TECH", "PRB_INFO"), ("a", 5, "CAU_TECH", "PRB_INFO"),
     ("b", 2, "CAU_TEAM", "PRB_EFFECT"), ("c", 1, "CAU_TECH", "PRB_INFO")],
    columns=["source", "comment", "cause", "problem"])


def test_a_link_counts_comments_once_by_audience_and_an_item_with_only_links_has_begun():
    found = comment_evidence(replace(CODED, links=LINKED), BANK.codebook)

    assert [(row.audience, row.cause, row.problem, row.n, row.n_of) for row in found.links] == [
        ("customer", "CAU_TECH", "PRB_INFO", 1, 6), ("staff", "CAU_TECH", "PRB_INFO", 2, 13),
        ("staff", "CAU_TEAM", "PRB_EFFECT", 1, 13)]
    assert [(item.item, item.n_coded) for item in found.items] == [("O_OTHER", 4), ("O_SUG", 1), ("CO_GOOD", 1)]
    assert comment_metrics(found)["comment.staff.CAU_TECH.to.PRB_INFO"] == 2


def test_links_of_too_few_comments_are_not_shown():
    found = comment_evidence(replace(CODED, links=LINKED), BANK.codebook, thresholds={"minimum_group": 7})

    assert {row.audience for row in found.links} == {"staff"}


def test_an_audience_with_fewer_comments_than_may_be_shown_has_no_codes():
    found = comment_evidence(CODED, BANK.codebook, thresholds={"minimum_group": 7})

    assert {row.audience for row in found.codes} == {"staff"}


@pytest.mark.parametrize("nothing", [None, CommentTable(pd.DataFrame(), pd.DataFrame())])
def test_without_comments_there_is_nothing(nothing: CommentTable | None):
    assert comment_evidence(nothing, BANK.codebook) is None


def test_comments_without_a_coding_are_counted_and_have_no_code():
    found = comment_evidence(table(), BANK.codebook)

    assert [item.n_coded for item in found.items] == [0, 0, 0]
    assert found.codes == ()
    assert [row.name["en"] for row in found.candidates] == ["Queues"]


def test_metrics_of_comments_stand_apart_and_no_rule_may_rest_on_them():
    metrics = comment_metrics(comment_evidence(CODED, BANK.codebook))
    rules = BANK.rules
    trigger = Condition("comment.staff.PRB.INFO.comments", "ge", 1)
    changed = replace(BANK, rules=replace(rules, measures=(replace(rules.measures[0], trigger=trigger),)))

    assert metrics["comment.staff.PRB.INFO.comments"] == 3
    assert metrics["comment.staff.PRB.INFO.of"] == 9
    assert not known_paths(BANK) & metrics.keys()
    with pytest.raises(AnalysisError, match=r"comment\.staff"):
        check_paths(changed)


def test_agreement_is_counted_over_all_comments_of_texts_that_two_coders_finished():
    """Nine comments; Ann and Bob agree on 1 and 2, Ann alone sees it in 3, Eve's codings are not of the round."""
    both = [("a", n, "PRB.INFO", "supports", who) for n in (1, 2) for who in ("ann", "bob")]
    given = table(*both, ("a", 3, "PRB.INFO", "supports", "ann"), ("a", 4, "PRB.INFO", "supports", "eve"),
                  double_coded={"a": ("ann", "bob")})

    info = next(row for row in comment_evidence(given, BANK.codebook, n_resamples=200).codes if row.code == "PRB.INFO")

    # Krippendorff by hand: 5 marks and 13 blanks in 9 pairs; D_o = 2/18, D_e = 2*5*13/(18*17).
    assert info.agreement.value == pytest.approx(1 - (2 / 18) / (2 * 5 * 13 / (18 * 17)), abs=1e-9)
    assert info.agreement.n == 9
    assert info.agreement_verdict == "tentative"
    assert info.n == 4


def test_without_a_finished_round_there_is_no_agreement():
    found = comment_evidence(CODED, BANK.codebook)

    assert {(row.agreement, row.agreement_verdict) for row in found.codes} == {(None, "not_double_coded")}


def test_the_interval_over_comments_holds_alpha_and_perfect_agreement_is_one():
    marks = [("a", n, "PRB.INFO", "supports", who) for n in (1, 2, 3, 4) for who in ("ann", "bob")]
    round_of = {"double_coded": {"a": ("ann", "bob")}}
    split = [*marks, ("a", 5, "PRB.INFO", "contradicts", "ann"), ("a", 6, "PRB.INFO", "supports", "bob")]

    perfect, spoilt = (next(row.agreement for row in comment_evidence(
        table(*given, **round_of), BANK.codebook).codes if row.code == "PRB.INFO") for given in (marks, split))

    assert (perfect.value, perfect.ci_low, perfect.ci_high) == (1.0, 1.0, 1.0)
    assert spoilt.ci_low < spoilt.value < spoilt.ci_high
    assert spoilt.value == pytest.approx(krippendorff_alpha(
        [("s", "s")] * 4 + [("c", "-"), ("-", "s")] + [("-", "-")] * 3), abs=1e-12)
