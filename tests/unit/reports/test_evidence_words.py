"""What a page of evidence says of its own finding: its interviews, its limits, its name, nothing that is not known."""

import pytest

from analysis.customers.sizing import FIGURES
from analysis.diagnosis.trace.ledger import TABLES
from instruments.facts import StudyFacts
from instruments.template_loader import load_catalogue_template
from reports.content import Bullets, Table
from reports.sections.evidence_page import EvidencePage, evidence_page
from reports.sections.source import Source
from reports.wording import Words
from tests.factories.traced import TEMPLATES, traced_ledger

LANGUAGES = ("en", "zh")


def study_of(key: str, language: str) -> Source:
    ledger = traced_ledger(key, is_sound=False)
    return Source(ledger.diagnosis, ledger.template, StudyFacts(), language)


def page_of(study: Source, name: str) -> EvidencePage:
    found = study.ledger.find(name)
    assert found is not None
    return evidence_page(study, found)


def values(page: EvidencePage) -> list[tuple[str, ...]]:
    return [tuple(getattr(cell, "text", "") for cell in row.cells) for part in page.parts if part.key == "value"
            for table in part.blocks if isinstance(table, Table) for row in table.rows]


@pytest.mark.parametrize("kind", ["problem", "cause", "situation"])
@pytest.mark.parametrize("key", TEMPLATES)
def test_a_construct_is_told_first_by_what_interviews_say_of_it(key: str, kind: str):
    study = study_of(key, "en")
    own = [(found, study.ledger.design.code_of(found.key)) for found in study.ledger.findings() if found.kind == kind]

    first = [(codes[0], next(part for part in evidence_page(study, found).parts if part.key == "voices").blocks[0])
             for found, codes in own if codes]

    assert first
    assert all(isinstance(block, Bullets) and block.items[0].text.startswith(f"{code} ") for code, block in first)


@pytest.mark.parametrize("key", TEMPLATES)
def test_no_finding_stands_among_those_that_it_belongs_together_with(key: str):
    study = study_of(key, "zh")

    own = [found.id for found in study.ledger.findings() for part in evidence_page(study, found).parts
           if part.key == "related" and any(isinstance(block, Bullets) and any(
               item.evidence == (found.id,) for item in block.items) for block in part.blocks)]

    assert own == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", TEMPLATES)
def test_a_question_that_is_no_scale_claims_no_mean(key: str, language: str):
    study = study_of(key, language)
    unknown = study.words.text("trace.not_found")

    told = [row for found in study.ledger.findings() if found.kind == "item"
            for row in values(evidence_page(study, found))]

    assert told
    assert [row for row in told if row[1] == unknown] == []


def test_the_item_of_the_net_promoter_score_shows_the_score_with_its_interval_and_n():
    study = study_of("bank_crm", "zh")
    nps = study.diagnosis.nps
    assert nps is not None
    assert nps.value is not None

    name, shown, *_ = values(page_of(study, "NPS"))[0]

    assert name == "客户净推荐值（−100～+100）"
    assert str(abs(round(nps.value))) in shown
    assert f"n＝{nps.n}" in shown


def test_a_score_where_high_is_good_counts_its_low_side_as_unfavourable():
    study = study_of("bank_crm", "en")

    thresholds = {family: study.ledger.inputs(f"{family}.unfavourable_pct") for family in (
        "facet.C_SVC", "situation.SIT_ORG", "problem.PRB_INFO")}

    assert {family: inputs.thresholds for family, inputs in thresholds.items() if inputs} == {
        "facet.C_SVC": ("favourable_at",), "situation.SIT_ORG": ("favourable_at",),
        "problem.PRB_INFO": ("unfavourable_at",)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_of_the_customer_file_has_a_name(language: str):
    model = load_catalogue_template("bank_crm").value_model
    assert model is not None
    keys = {*FIGURES, *TABLES, *(f"{flag}{ending}" for flag in model.flags for ending in ("", "_count", "_pct"))}

    unnamed = sorted(key for key in keys if not Words(language).has(f"data.{key}"))

    assert unnamed == []
