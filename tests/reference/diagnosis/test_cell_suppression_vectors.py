"""Vector `cell_suppression` of the diagnostic model."""

import json
from pathlib import Path

import pytest

from analysis.privacy import suppress_cells

VECTORS = json.loads((Path(__file__).parent / "reference-vectors.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("vector", VECTORS["cell_suppression"], ids=str)
def test_small_cells_are_hidden_with_company(vector):
    assert suppress_cells(vector["cells"], vector["min"]) == set(vector["hidden"])
