"""A Parquet file measured by a list of analyses: in blocks where sums do, whole where single answers are needed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.errors import AnalysisError, SpecError, TableError
from analysis.quant.spec import parquet
from analysis.quant.spec.blocks import of_single_answers, run_blocks
from analysis.quant.spec.parquet import parquet_table
from analysis.quant.spec.run import columns_named, run_spec
from surveyapp.cli import run as main
from tests.reference.psychometrics.cases import HERE

SCALE = ["A1", "A2", "A3", "A4", "A5"]
OF_SUMS: list[dict[str, Any]] = [
    {"id": "alpha", "do": "reliability", "items": SCALE, "reverse": ["A1"]},
    {"id": "ranged", "do": "reliability", "items": SCALE, "reverse": ["A1"], "range": [1, 6]},
    {"id": "complete", "do": "items", "items": SCALE, "reverse": ["A1"], "missing": "listwise"},
    {"id": "kmo", "do": "kmo", "items": SCALE},
    {"id": "chance", "do": "parallel", "items": SCALE, "n_draws": 20, "seed": 3},
    {"id": "efa", "do": "efa", "items": [*SCALE, "E1", "E2", "E3", "E4", "E5"], "n_factors": 2},
    {"id": "htmt", "do": "htmt", "scales": {"A": SCALE, "E": ["E3", "E4", "E5"]}, "reverse": ["A1"]},
    {"id": "table", "do": "correlations", "items": SCALE},
    {"id": "halves", "do": "split_half", "items": SCALE, "reverse": ["A1"], "seed": 1},
]


def bfi() -> pd.DataFrame:
    return pd.read_csv(HERE / "data" / "bfi.csv")


def in_blocks(frame: pd.DataFrame, rows: int) -> Any:
    def blocks(columns: Sequence[str]) -> Iterator[pd.DataFrame]:
        return (frame[list(columns)].iloc[at:at + rows] for at in range(0, len(frame), rows))
    return blocks


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, f"{path}.{key}")
    elif isinstance(value, (list, tuple)):
        for at, inner in enumerate(value):
            yield from leaves(inner, f"{path}[{at}]")
    else:
        yield path, value


@pytest.mark.parametrize("rows", [173, 5000])
def test_blocks_give_every_figure_that_the_whole_table_gives(rows: int) -> None:
    table = bfi()

    found = dict(leaves(run_blocks(in_blocks(table, rows), list(table), OF_SUMS)))

    whole = dict(leaves(run_spec(table, OF_SUMS)))
    assert found.keys() == whole.keys()
    for path, value in whole.items():
        if isinstance(value, float):
            assert found[path] == pytest.approx(value, rel=1e-6, abs=1e-8), path
        else:
            assert found[path] == value, path


def test_missing_codes_are_answers_where_a_column_has_other_negative_ones_in_whatever_block() -> None:
    generator = np.random.default_rng(3)
    base = generator.integers(1, 6, 400)
    table = pd.DataFrame({"x": base + generator.integers(0, 2, 400), "y": base + generator.integers(0, 3, 400),
                          "z": base - 3.0}).astype(float)
    table.loc[5, ["x", "z"]] = -92.0        # "left blank" in x; an answer in z, which has other negative ones
    spec = [{"id": "a", "do": "reliability", "items": ["x", "y", "z"], "reverse": ["y"]}]

    found = run_blocks(in_blocks(table, 7), list(table), spec)["a"]

    whole = run_spec(table, spec)["a"]
    assert found["alpha"]["value"] == pytest.approx(whole["alpha"]["value"], rel=1e-9)
    assert [item["frequencies"] for item in found["items"]] == [item["frequencies"] for item in whole["items"]]


def test_a_fault_is_told_with_its_row_in_the_file() -> None:
    table = bfi()[SCALE].astype(object)
    table.loc[1203, "A3"] = "often"

    for blocks in (in_blocks(table, 100), in_blocks(table, 5000)):
        with pytest.raises(TableError, match=r"column 'A3', row 1204: 'often' is not a number"):
            run_blocks(blocks, SCALE, OF_SUMS[:1])
    ranged = bfi()
    ranged.loc[1000, "A2"] = 9
    with pytest.raises(TableError, match=r"column 'A2', row 1001: 9 lies outside the range 1 to 6"):
        run_blocks(in_blocks(ranged, 100), SCALE, OF_SUMS[1:2])


def test_analyses_of_single_answers_are_named_and_refused_in_blocks() -> None:
    spec = [*OF_SUMS, {"id": "c", "do": "careless", "items": SCALE},
            {"id": "k", "do": "kmo", "correlation": "spearman"},
            {"id": "s", "do": "correlations", "scales": {"A": SCALE[:3], "B": SCALE[3:]}}]

    assert of_single_answers(spec) == ["careless", "kmo", "correlations"]
    assert of_single_answers(OF_SUMS) == []
    with pytest.raises(SpecError, match="careless needs all rows at once"):
        run_blocks(in_blocks(bfi(), 100), list(bfi()), spec)


def test_an_analysis_that_the_data_do_not_allow_leaves_the_others_standing() -> None:
    refusals: dict[str, AnalysisError] = {}
    table = bfi().assign(same=1.0)

    found = run_blocks(in_blocks(table, 500), list(table), [
        *OF_SUMS[:1], {"id": "flat", "do": "kmo", "items": ["A1", "A2", "same"]},
        {"id": "none", "do": "kmo", "items": ["A1", "Q"]}], refusals=refusals)

    assert list(found) == ["alpha"]
    assert "all answers are the same" in str(refusals["flat"])
    assert "column 'Q' is not in the data" in str(refusals["none"])


def written(folder: Path, frame: pd.DataFrame, spec: list[dict[str, Any]]) -> tuple[str, str]:
    frame.to_parquet(folder / "answers.parquet")
    (folder / "spec.yaml").write_text(json.dumps(spec))
    return str(folder / "answers.parquet"), str(folder / "spec.yaml")


def test_the_command_measures_a_parquet_file_in_blocks(tmp_path: Path, capsys: pytest.CaptureFixture[str],
                                                       monkeypatch: pytest.MonkeyPatch) -> None:
    path, spec = written(tmp_path, bfi().astype("Float64"), OF_SUMS[:1])
    monkeypatch.setattr("analysis.quant.spec.parquet.ParquetTable.whole",
                        lambda *_: pytest.fail("the table was read whole"))

    assert main(["measure", path, "--spec", spec, "--json", "--report", str(tmp_path / "out.pdf")]) == 0

    said = capsys.readouterr()
    whole = run_spec(bfi(), OF_SUMS[:1])["alpha"]["alpha"]["value"]
    assert json.loads(said.out)["alpha"]["alpha"]["value"] == pytest.approx(whole, rel=1e-9)
    assert "read in blocks" in said.err
    assert (tmp_path / "out.pdf").read_bytes().startswith(b"%PDF")


def test_the_command_reads_the_columns_it_needs_where_single_answers_are_asked_for(
        tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = [*OF_SUMS[:1], {"id": "c", "do": "careless", "items": SCALE, "reverse": ["A1"]},
            {"id": "g", "do": "compare", "group": "gender", "items": ["A2"]},
            {"id": "m", "do": "cfa", "model": "f =~ C1 + C2 + C3 + C4"}]
    path, written_spec = written(tmp_path, bfi(), spec)

    assert columns_named(spec) == [*SCALE, "gender", "C1", "C2", "C3", "C4"]
    assert main(["measure", path, "--spec", written_spec, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["c"] == json.loads(json.dumps(run_spec(bfi(), spec)["c"]))


def test_what_does_not_fit_into_memory_is_refused_with_the_analyses_that_ask_for_it(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, _ = written(tmp_path, bfi(), [])
    monkeypatch.setattr(parquet, "memory", lambda: 100_000)

    with pytest.raises(TableError, match=r"careless would need .* 5 column\(s\) of 2,800 rows at once.* covariances"):
        parquet_table(Path(path)).whole(SCALE, ["careless"])


def test_damaged_empty_and_misused_parquet_files_are_refused(tmp_path: Path,
                                                             capsys: pytest.CaptureFixture[str]) -> None:
    path, spec = written(tmp_path, bfi(), OF_SUMS[:1])
    whole = Path(path).read_bytes()

    for content, said in ((b"PAR1 and nothing else", "cannot be read as Parquet"), (whole[:3000], "cannot be read")):
        (tmp_path / "bad.parquet").write_bytes(content)
        assert main(["measure", str(tmp_path / "bad.parquet"), "--spec", spec]) == 1
        assert said in capsys.readouterr().err
    bfi().head(0).to_parquet(tmp_path / "empty.parquet")
    assert main(["measure", str(tmp_path / "empty.parquet"), "--spec", spec]) == 1
    assert "has no rows" in capsys.readouterr().err
    assert main(["measure", path, "--spec", spec, "--sheet", "one"]) == 1
    assert "neither sheets nor an encoding" in capsys.readouterr().err
