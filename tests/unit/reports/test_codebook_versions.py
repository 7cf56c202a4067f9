"""The report says with which versions of the codebook its interviews were coded."""

from __future__ import annotations

from dataclasses import replace

import pytest

from instruments.facts import StudyFacts
from reports.sections.method import reproducibility
from reports.sections.source import Source

LINE = "v2 (2026-11-26, 0123456789ab): 41"


@pytest.mark.parametrize(("language", "words"), [("en", "Codebook: version"), ("zh", "编码手册版本")])
def test_the_versions_of_the_codebook_stand_under_reproducibility(bank, language: str, words: str) -> None:
    diagnosis, template = bank[0], bank[1]
    told = replace(diagnosis, provenance=replace(diagnosis.provenance, codebook_versions=(LINE,)))

    with_versions, without = (str(reproducibility(Source(found, template, StudyFacts(), language)))
                              for found in (told, diagnosis))

    assert LINE in with_versions
    assert words in with_versions
    assert words not in without
