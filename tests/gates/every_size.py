"""Both studies, three sizes of data, both languages, every kind of report; run by `make report-gates`, for minutes."""

from __future__ import annotations

from pathlib import Path

import pytest

from reports.pdf import missing_system_libraries
from surveyapp.sample.studies import SAMPLES
from tests.gates.checks import failures
from tests.gates.prepared import SIZES, every_report
from tests.gates.printed import print_report

pytestmark = [pytest.mark.skipif(bool(missing_system_libraries()), reason=missing_system_libraries() or "-"),
              pytest.mark.timeout(1800)]
SHOWN = 5


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("template", sorted(SAMPLES))
def test_every_kind_of_every_study_passes_every_gate(template: str, size: str, tmp_path: Path,
                                                     sqlite_template: Path) -> None:
    wrong = {}

    for name, report in every_report(tmp_path, sqlite_template, template, size):
        wrong[name] = {gate: found[:SHOWN] for gate, found in failures(print_report(report)).items()}

    assert wrong
    assert {name: by_gate for name, by_gate in wrong.items() if by_gate} == {}
