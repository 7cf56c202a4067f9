"""Only what notes mark as said word for word reaches pages, tables and reports as a quotation."""

import pytest

from surveyapp.dataset import load_interviews
from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.services.codebook import load_codebook
from surveyapp.services.coding import apply_code, apply_link
from surveyapp.services.passage import list_passages, seen_codings
from tests.factories import coding as make

NOTES = "系统很慢，「每次查客户要登五个系统」，因此自己做表。"
KINDS = {"系统很慢": "paraphrase", "每次查客户要登五个系统": "verbatim",
         "系统很慢，「每次查客户要登五个系统」": "paraphrase"}


@pytest.mark.parametrize(("record", "kinds"), [("notes", KINDS), ("verbatim", dict.fromkeys(KINDS, "verbatim"))])
def test_pages_and_analysis_say_the_same_of_each_passage(any_database: Database, record: str, kinds: dict[str, str]):
    with transaction() as session:
        study = make.bank_study(session)
        ann = make.member(session, study, "ann")
        interview = make.interview(session, study, NOTES, record=record)
        for words in KINDS:
            apply_code(session, study, interview, ann, make.passage(session, interview, words), "PRB.INFO")
        apply_link(session, study, interview, ann, make.passage(session, interview, "因此自己做表"),
                   cause_key="CAU.TECH", problem_key="PRB.INFO")

    close_read_session()
    session = read_session()
    seen = {row.quote: row.quote_kind for row in seen_codings(session, interview, ann) if not row.is_link}
    code = load_codebook(session, study).get("PRB.INFO").id
    listed = {row.quote: row.is_verbatim for row in list_passages(session, study, ann, [code])}
    table = load_interviews(session, study)
    assert seen == kinds
    assert listed == {words: kind == "verbatim" for words, kind in kinds.items()}
    assert dict(zip(table.codings["quote"], table.codings["quote_kind"], strict=True)) == kinds
    assert list(table.links["quote_kind"]) == ["verbatim" if record == "verbatim" else "paraphrase"]
