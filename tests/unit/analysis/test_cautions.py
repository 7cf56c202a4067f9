"""Warnings of results in one form, and stored ones of former forms."""

from __future__ import annotations

import pytest

from analysis.results import measurement, ordinal, sem
from analysis.results.caution import Caution, caution_of
from instruments.codec import from_document, to_document


def test_correlations_and_models_warn_in_one_form() -> None:
    assert measurement.Caution is ordinal.Caution is sem.Caution is Caution


@pytest.mark.parametrize("stored", [
    {"name": "small_groups", "about": ["Grant-White (145)"]},
    {"name": "empty_category", "about": ["A1"], "detail": "5"},
    {"name": "new_start"}], ids=["model", "correlations", "name-only"])
def test_stored_warnings_of_either_former_form_open(stored: dict[str, object]) -> None:
    found = from_document(Caution, stored)

    assert to_document(found) == {"about": [], "detail": "", **stored}


@pytest.mark.parametrize(("text", "caution"), [
    ("votes_differ", Caution("votes_differ")), ("heywood: A1", Caution("heywood", ("A1",))),
    ("floor: A: 1", Caution("floor", ("A: 1",)))], ids=["plain", "about", "colon"])
def test_a_warning_in_words_is_read_as_a_caution(text: str, caution: Caution) -> None:
    assert caution_of(text) == caution
