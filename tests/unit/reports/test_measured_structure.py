"""What a factor solution says of scales that share a factor, of reverse items, and of a solution that is doubtful."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from analysis.results.measurement import Estimate, Factorability, FactorSolution
from instruments.codec import to_document
from reports.charts.draw import draw
from reports.content import Figure, Number, StudyReport, Table
from reports.figures import Heatmap
from reports.formats.plain import number_text
from reports.measured.frame import Subject
from reports.measured.number import kmo_word
from reports.measured.structure import factors_of_wording, shared_factors
from reports.measurement import measurement_report

ITEMS = ("A1", "A2", "A3", "B1", "B2", "B3", "C1", "C2", "C3")
FINER = "Figures next to a limit have further decimals."
SCALES = {"A": ITEMS[:3], "B": ITEMS[3:6], "C": ITEMS[6:]}
REVERSE = frozenset({"A3", "B3", "C3"})
NAMES = {"A": "Long waiting", "B": "Appointments", "C": "Privacy"}
LOADINGS = {"A1": (0.7, 0.0, 0.1), "A2": (0.6, 0.1, 0.0), "A3": (-0.5, 0.0, 0.4),
            "B1": (0.6, 0.1, 0.0), "B2": (0.5, 0.0, 0.1), "B3": (-0.4, 0.1, 0.6),
            "C1": (0.1, 0.8, 0.0), "C2": (0.0, 0.7, 0.1), "C3": (0.0, -0.6, 0.5)}


def _solution(loadings: Mapping[str, Sequence[float]], tli: float | None = 0.96) -> FactorSolution:
    k = len(next(iter(loadings.values())))
    return FactorSolution(
        180, k, "minres", "oblimin", "pearson", tuple(loadings), tuple(map(tuple, loadings.values())), None, None,
        (0.5,) * len(loadings), (0.5,) * len(loadings), (1.0,) * k, 0.1, 20.0, 12, 0.06,
        Estimate(0.05, 0.03, 0.07, 180, "Steiger", 0.9), tli, 0.03)


def _spec(efa: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    return [*({"id": key, "do": "reliability", "items": list(items), "reverse": sorted(REVERSE.intersection(items)),
               "range": [1, 5]} for key, items in SCALES.items()),
            {"id": "efa", "do": "efa", "items": list(ITEMS), "n_factors": 3, "method": "minres", "rotation": "oblimin",
             **(efa or {})}]


def _htmt(verdict: str) -> dict[str, Any]:
    return {"do": "htmt", "n": 180, "pairs": [
        {"first": "A", "second": "B", "htmt": 0.7, "htmt2": 0.7, "verdict": verdict},
        {"first": "A", "second": "C", "htmt": 0.2, "htmt2": 0.2, "verdict": "distinct"}]}


def _report(results: Mapping[str, Any], language: str = "en", **options: Any) -> StudyReport:
    subject = Subject("Staff", "Hospital H", 180, NAMES, **{"spec": _spec(), **options})
    return measurement_report(results, subject, language=language)


def _with(found: FactorSolution, **others: Any) -> dict[str, Any]:
    return {**others, "efa": {"do": "efa", **to_document(found)}}


def _first_page(report: StudyReport) -> str:
    return str(report.sections[0])


def _tables(report: StudyReport) -> dict[str, Table]:
    return {block.key: block for block in report.blocks() if isinstance(block, Table)}


def test_scales_that_several_items_of_each_load_most_on_share_a_factor() -> None:
    found = shared_factors(_solution(LOADINGS), SCALES)

    assert found == [(0, ("A", "B"))]


def test_a_single_item_in_another_scale_s_factor_does_not_make_them_one() -> None:
    moved = {**LOADINGS, "B1": (0.1, 0.0, 0.0), "B2": (0.1, 0.0, 0.0)}

    assert shared_factors(_solution(moved), SCALES) == []


def test_a_factor_that_only_reverse_items_load_on_may_come_from_wording() -> None:
    assert factors_of_wording(_solution(LOADINGS), REVERSE) == [2]
    assert factors_of_wording(_solution({**LOADINGS, "C1": (0.1, 0.8, 0.3)}), REVERSE) == []


def test_the_first_page_sets_what_htmt_says_beside_what_the_factors_say() -> None:
    said = _first_page(_report(_with(_solution(LOADINGS), htmt=_htmt("distinct"))))

    assert "Long waiting and Appointments can be told apart by HTMT, but several items of these scales load most on " \
        "the same factor (F1)" in said
    assert "Only reverse items load on F3: this factor may come from how the items are worded" in said


@pytest.mark.parametrize("others", [{}, {"htmt": _htmt("together")}])
def test_of_scales_that_htmt_does_not_tell_apart_only_the_factor_is_told(others: Mapping[str, Any]) -> None:
    said = _first_page(_report(_with(_solution(LOADINGS), **others)))

    assert "Several items of Long waiting and Appointments load most on the same factor (F1)." in said
    assert "by HTMT, but" not in said


def test_reverse_items_are_marked_where_they_enter_as_they_were_answered() -> None:
    report = _report(_with(_solution(LOADINGS)))

    table = _tables(report)["t-loadings"]
    drawn = next(block for block in report.blocks() if isinstance(block, Figure) and block.key == "f-loadings")
    assert {cell.text for row in table.rows for cell in row.cells[:1] if "(R)" in cell.text} == {  # type: ignore[union-attr]  # words
        "A3 (R)", "B3 (R)", "C3 (R)"}
    assert "entered as it was answered and not recoded" in table.source
    assert isinstance(drawn.chart, Heatmap)
    assert {row.split()[0] for row in drawn.chart.rows if "(R)" in row} == REVERSE


@pytest.mark.parametrize(("loading", "printed"), [(0.2996, "0.2996"), (-0.297, "−0.297"), (0.3, "0.30")])
def test_a_loading_that_is_not_bold_does_not_round_onto_the_limit_of_bold_print(loading: float, printed: str) -> None:
    report = _report(_with(_solution({**LOADINGS, "A1": (0.7, loading, 0.1)})))

    table = _tables(report)["t-loadings"]
    drawn = next(block for block in report.blocks() if isinstance(block, Figure) and block.key == "f-loadings")
    cell = next(row for row in table.rows if getattr(row.cells[0], "text", "").startswith("A1")).cells[2]
    assert isinstance(cell, Number)
    assert isinstance(drawn.chart, Heatmap)
    assert (number_text(cell, "en"), cell.is_emphasised) == (printed, printed == "0.30")
    assert printed in {text for line in drawn.chart.texts for text in line}
    assert [FINER in note for note in (table.source, drawn.source)] == [printed != "0.30"] * 2


def test_reverse_items_that_the_analysis_recodes_are_not_marked() -> None:
    report = _report(_with(_solution(LOADINGS)), spec=_spec({"reverse": sorted(REVERSE)}))

    table = _tables(report)["t-loadings"]
    assert "(R)" not in table.source
    assert not [row for row in table.rows if "(R)" in str(row.cells[0])]


def test_a_factor_without_items_is_told_of_otherwise_than_one_with_few() -> None:
    loadings = {key: (*values, 0.0) for key, values in LOADINGS.items()} | {"C3": (0.0, -0.6, 0.5, 0.35)}
    empty = _first_page(_report(_with(_solution({key: (*values, 0.0) for key, values in LOADINGS.items()}))))
    few = _first_page(_report(_with(_solution(loadings))))

    assert "no item loads 0.30 on F4" in empty
    assert "fewer than three" not in empty
    assert "fewer than three items load on F4" in few
    assert "no item loads" not in few


@pytest.mark.parametrize(("tli", "is_told"), [(0.757, True), (0.899, True), (0.9, False), (None, False)])
def test_a_tli_below_the_usual_limit_is_warned_of_with_its_source(tli: float | None, is_told: bool) -> None:
    report = _report(_with(_solution(LOADINGS, tli)))

    shown = _tables(report)["t-fit"].rows[0].cells[7]
    assert isinstance(shown, Number)
    assert shown.is_emphasised is is_told
    assert ("below the usual 0.90 (Hu & Bentler, 1999: 0.95)" in _first_page(report)) is is_told


@pytest.mark.parametrize(("kmo", "word"), [(0.93, "marvelous"), (0.80, "meritorious"), (0.79, "middling"),
                                           (0.69, "mediocre"), (0.5, "miserable"), (0.49, "unacceptable")])
def test_sampling_adequacy_has_the_word_of_its_tenth(kmo: float, word: str) -> None:
    assert kmo_word(kmo) == word


def test_mediocre_adequacy_and_single_items_below_the_limit_are_warned_of() -> None:
    found = Factorability(160, 0.694, {"A1": 0.48, "A2": 0.7, "B1": 0.5}, 900.0, 36, 0.0, None, (3.0, 1.0), {})

    said = _first_page(_report({"kmo": {"do": "kmo", **to_document(found)}}))
    fine = _first_page(_report({"kmo": {"do": "kmo", **to_document(replace(found, kmo=0.81, kmo_items={"A1": 0.5}))}}))

    assert "KMO is 0.69, below 0.70: sampling adequacy is mediocre" in said
    assert "Sampling adequacy below 0.50 for A1 (0.48): this item shares too little" in said
    assert "adequacy" not in fine


def test_the_analyses_are_told_in_words_and_not_in_keys() -> None:
    report = _report(_with(_solution(LOADINGS)))

    rows = [[str(getattr(cell, "text", "")) for cell in row.cells] for row in _tables(report)["t-method"].rows]
    assert rows[0] == ["Reliability", "Long waiting", "A1, A2, A3", "reverse item A3; answers from 1 to 5"]
    assert rows[3][0] == "Exploratory factor analysis"
    assert rows[3][3] == "3 factors; minimum residuals; oblimin rotation"


def test_the_chinese_report_leaves_out_what_none_does() -> None:
    clear = {"A1": (0.7, 0.0), "A2": (0.6, 0.0), "A3": (0.6, 0.35), "B1": (0.0, 0.7)}

    report = _report(_with(_solution(clear)), "zh")

    drawn = next(block for block in report.blocks() if isinstance(block, Figure) and block.key == "f-loadings")
    assert drawn.title.text == "4道题中3道只在一个因子上载荷达到0.30，1道在多个因子上达到"


def test_an_analysis_that_is_called_as_its_kind_has_no_name_of_its_own() -> None:
    spec = [*_spec(), {"id": "htmt", "do": "htmt", "scales": SCALES}, {"id": "kmo", "do": "kmo", "items": list(ITEMS)}]

    rows = _tables(_report(_with(_solution(LOADINGS)), spec=spec))["t-method"].rows

    assert [str(getattr(row.cells[1], "text", "")) for row in rows[-2:]] == ["–", "–"]


def test_few_rows_of_a_map_have_large_letters_and_long_wordings_two_lines() -> None:
    wording = "A1  When a customer needs several business lines, our structure makes it easy to serve as one team."
    few, many = (Heatmap((wording, *(f"B{row}" for row in range(n))), ("F1",), ((0.4,),) * (n + 1),
                         (("0.40",),) * (n + 1)) for n in (5, 50))

    sizes = [max(map(float, re.findall(r'font-size="([\d.]+)"', draw(chart, "map", "en")))) for chart in (few, many)]

    assert sizes[0] > sizes[1]
