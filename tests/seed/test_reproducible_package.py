"""Row I4: somebody else computes the study's figures again from a package that holds nothing of a person."""

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.results.package import Reproduction
from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.errors import BadInput
from surveyapp.jobs.package import run_package, write_package
from surveyapp.jobs.sample import add_sample_study
from surveyapp.models.study import Study
from surveyapp.services.study import get_instrument, get_study, get_wave, instrument_of


@pytest.fixture
def packed(database, tmp_path: Path) -> Iterator[tuple[Study, bytes]]:
    with transaction() as session:
        add_sample_study(session, "bank_crm", "bank")
    study = get_study(read_session(), "bank")
    write_package(study, get_wave(read_session(), study), tmp_path / "bank.zip")
    yield study, (tmp_path / "bank.zip").read_bytes()
    close_read_session()


def test_i4_a_run_of_the_package_gives_the_studys_figures_and_names_what_it_withholds(packed):
    manifest, found = run_package(packed[1], "bank.zip")

    assert found.differing == ()
    assert {row.path.rpartition(".")[2] for row in found.resampled} <= {"rank_top2_probability", "quadrant"}
    graded = [path for path in found.reproduced if path.endswith(".grade")]
    assert {f"problem.{key}.grade" for key in ("PRB_GOAL", "PRB_INFO", "PRB_EFFECT", "PRB_SYSTEM")} <= set(graded)
    assert "link.CAU_TECH.PRB_INFO.beta" in found.reproduced
    assert "link.CAU_TECH.PRB_INFO.grade" in found.reproduced
    assert "interview.PRB.INFO.status" in found.reproduced
    assert len(found.reproduced) > 400
    assert set(found.withheld) == {"customer_file", "readiness", "departments"}
    assert "data.upgrade_candidates_count" in found.withheld["customer_file"]
    assert _together(found) == {path for path, figure in manifest.figures.items() if figure is not None}

    # Nothing of a person: neither profile nor words nor keys nor the order of rows.
    files = _files(packed[1])
    study, wave = packed[0], get_wave(read_session(), packed[0])
    instrument = instrument_of(get_instrument(read_session(), study, "staff"))
    head = next(csv.reader(io.StringIO(files["answers-staff.csv"])))
    private = [item.key for item in instrument.items if item.role in ("profile", "fact", "open", "readiness")]
    assert private
    assert not set(private) & set(head)
    assert wave.key in files["manifest.json"]
    assert next(csv.reader(io.StringIO(files["codings.csv"]))) == ["interview", "code", "polarity"]
    assert not any(name.startswith("customer") or "transcript" in name for name in files)

    # A package that was changed on the way is not run.
    changed = _changed(packed[1], "answers-staff.csv", lambda text: text.replace(",5,", ",4,", 1))
    with pytest.raises(BadInput, match=r"answers-staff\.csv is not what was packed"):
        run_package(changed, "bank.zip")


def test_i4_what_is_no_package_is_refused():
    with pytest.raises(BadInput, match="is no package of a study"):
        run_package(b"PK no zip", "x.zip")
    with pytest.raises(BadInput, match="is no package of a study"):
        run_package(_zip({"manifest.json": json.dumps({"format": "other"})}), "x.zip")


def _together(found: Reproduction) -> set[str]:
    withheld = [path for paths in found.withheld.values() for path in paths]
    return {*found.reproduced, *withheld, *(row.path for row in (*found.resampled, *found.differing))}


def _files(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name).decode("utf-8", errors="ignore") for name in archive.namelist()}


def _changed(content: bytes, name: str, change) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {one: archive.read(one) for one in archive.namelist()}
    files[name] = change(files[name].decode()).encode()
    return _zip(files)


def _zip(files) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()
