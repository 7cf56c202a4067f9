"""By which codes a measure counts as suggested: as finely as coders tell measures apart."""

from dataclasses import replace

import pytest

from analysis.diagnosis.suggested import suggestion_codes
from instruments.template import Codebook, CodeDefinition
from instruments.template_loader import load_catalogue_template

NAME = {"en": "x", "zh": "x"}


def book() -> Codebook:
    """A code for two measures with one below it for each of them, and a code for a measure that has no other."""
    codes = [("SUG.A", None, ("M1", "M2")), ("SUG.A.1", "SUG.A", ("M1",)), ("SUG.A.2", "SUG.A", ("M2",)),
             ("SUG.B", None, ("M3",))]
    return Codebook("b", "1", ("en",), tuple(CodeDefinition(key, parent, NAME, NAME, strategy=measures)
                                             for key, parent, measures in codes))


@pytest.mark.parametrize(("measure", "used", "codes"), [
    ("M1", {"SUG.A"}, ["SUG.A"]),                       # coded before the finer codes were used
    ("M1", {"SUG.A", "SUG.A.1"}, ["SUG.A.1"]),
    ("M2", {"SUG.A", "SUG.A.1"}, ["SUG.A.2"]),          # coders tell them apart, and nobody suggested this one
    ("M3", set(), ["SUG.B"]),
    ("M4", {"SUG.A"}, []),
])
def test_the_finest_level_in_use_counts(measure: str, used: set[str], codes: list[str]):
    assert [code.key for code in suggestion_codes(book(), measure, used)] == codes


def test_without_a_codebook_nobody_suggests_anything():
    assert suggestion_codes(None, "M1", ()) == ()


def test_every_measure_of_the_bank_has_a_code_of_its_own():
    template = load_catalogue_template("bank_crm")
    assert template.codebook is not None
    assert template.rules is not None
    used = {code.key for code in template.codebook.codes}

    found = {measure.key: suggestion_codes(template.codebook, measure.key, used) for measure in template.rules.measures}

    assert all(len(codes) == 1 and codes[0].strategy == (key,) for key, codes in found.items())


def test_a_codebook_without_finer_codes_counts_the_shared_one():
    whole = book()
    coarse = replace(whole, codes=tuple(code for code in whole.codes if code.key in ("SUG.A", "SUG.B")))

    assert [code.key for code in suggestion_codes(coarse, "M2", {"SUG.A"})] == ["SUG.A"]
