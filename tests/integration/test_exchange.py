"""A study's interviews to REFI-QDA and back: the same segments, quotes, codes, coders, memos and cases."""

from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from instruments.template import CodeDefinition
from surveyapp.db.session import Database, transaction
from surveyapp.models.coding import Coding
from surveyapp.models.interview import Interview
from surveyapp.models.study import Study
from surveyapp.services.case_attribute import define_attribute, set_values
from surveyapp.services.codebook import load_codebook
from surveyapp.services.codebook_edit import add_code
from surveyapp.services.coding import Passage, apply_code, apply_link, delete_coding, set_edited_quote
from surveyapp.services.exchange_file import read_project_file
from surveyapp.services.exchange_plan import Choices, KnownNames, plan_exchange
from surveyapp.services.exchange_report import loss_lines
from surveyapp.services.interview import current_version, guide_of, import_interview
from surveyapp.services.memo import write_code_memo, write_interview_memo, write_segment_memo
from tests.factories.coding import bank_study, interview, log, member, passage
from tests.factories.exchange import check_valid, contents, exported, packed, project_of, take_in

SRT = ("1\n00:00:01,000 --> 00:00:04,000\n- Who asks? I do: you?\n\n"
       "2\n00:00:05,000 --> 00:00:09,500\nCustomers wait 👍🏽 for weeks.\n")


def coded_study(session: Session, name: str = "bank") -> Study:
    """Two coders, a contradiction, a link, memos everywhere, wording for print, an interview without text."""
    study = bank_study(session, name)
    ann, bob = member(session, study, "ann"), member(session, study, "bob")
    guide = guide_of(study)
    assert guide is not None
    asked = next(question.key for question in guide.questions if "staff" in question.audiences)
    first = interview(session, study, key="I01", notes="quiet room\nsecond line", line="retail",
                      questions={asked: "covered"})
    define_attribute(session, study, "age", "number", {"en": "Age", "zh": "年龄"})
    define_attribute(session, study, "team", "choice", {"en": "Team", "zh": "团队"}, ["A", "B 组"])
    set_values(session, study, {"I01": {"age": "41", "team": "B 组"}})
    words = passage(session, first, "各条线的系统互相不通，所以我手里的客户永远是半张脸")
    coding = apply_code(session, study, first, ann, words, "PRB.INFO", memo="first line\n  indented\n\nlast")
    set_edited_quote(session, study, first, ann, Coding, coding.id, {"en": "half a face", "zh": "半张脸"})
    apply_code(session, study, first, bob, words, "PRB.INFO", polarity="contradicts")
    apply_code(session, study, first, bob, passage(session, first, "客户👨‍👩‍👧说好。"), "SIT", polarity="mixed")
    apply_link(session, study, first, ann, words, cause_key="CAU.TECH", problem_key="PRB.INFO")
    deleted = apply_code(session, study, first, ann, passage(session, first, "上周"), "SIT")
    delete_coding(session, study, first, ann, deleted.id)
    write_segment_memo(session, study, first, bob, passage(session, first, "𠮷先生"), "𠮷 is beyond the plane")
    write_interview_memo(session, study, first, ann, "memo: looks like a label\npolarity: so does this")
    write_code_memo(session, study, bob, "PRB.INFO", "narrow it")
    second = import_interview(session, study, filename="a.srt", content=SRT.encode(), log=log(key="I02", language="en"))
    apply_code(session, study, second, ann, passage(session, second, "wait 👍🏽 for"), "PRB.INFO")
    return study


def test_what_is_exported_comes_back_the_same_in_another_study(any_database: Database):
    with transaction() as session:
        study = coded_study(session)
        before, content = contents(session, study), exported(session, study)
        for row in session.scalars(select(Interview).where(Interview.study_id == study.id)).all():
            session.delete(row)         # identifiers of passages are unique in a database
        session.flush()
        other = bank_study(session, "elsewhere")
        take_in(session, other, "bank.qdpx", content)
        after = contents(session, other)

    assert after == before


MAXQDA_CODES = (
    '<Project xmlns="urn:QDA-XML:project:1.0" origin="MAXQDA 24 (Release 24.7.0)" name="p"><CodeBook><Codes>'
    '<Code color="#EF8256" guid="C9E3D7E0-4DBF-46E2-96EF-14574ECD3B90" name="Trust" isCodable="true"><Description>'
    'Words on trust.</Description><Code color="#2364a2" guid="C9E3D7E0-4DBF-46E2-96EF-14574ECD3B91" name="lost" '
    'isCodable="true"/></Code><Code color="#2364a2" guid="C9E3D7E0-4DBF-46E2-96EF-14574ECD3B92" name="PRB.INFO" '
    'isCodable="true"/></Codes></CodeBook></Project>')


def test_the_colours_of_another_program_are_kept_and_leave_again(database: Database):
    with transaction() as session:
        study = bank_study(session)
        foreign = read_project_file("p.qdpx", packed(MAXQDA_CODES))
        plan = plan_exchange(session, study, foreign, Choices(), KnownNames())
        take_in(session, study, "p.qdpx", packed(MAXQDA_CODES))
        content = exported(session, study)
        other = bank_study(session, "elsewhere")
        take_in(session, other, "bank.qdpx", content)

        for each in (study, other):
            codes = load_codebook(session, each)
            assert [(codes.get(key).definition.original_colour, codes.get(key).definition.colour)
                    for key in ("Trust", "lost", "PRB.INFO")] == [("#ef8256", "red"), ("#2364a2", None), (None, None)]
    assert 'name="Trust Trust" isCodable="true" color="#ef8256"' in project_of(content).decode()
    assert "Colours of codes that are led to codes of this study or left out: 1" in loss_lines(plan)


def test_that_codes_exclude_each_other_is_kept(database: Database):
    with transaction() as session:
        study = bank_study(session)
        add_code(session, study, CodeDefinition("ATT", None, {"en": "Attitude", "zh": "态度"}, {},
                                                has_exclusive_children=True))
        content = exported(session, study)
        other = bank_study(session, "elsewhere")
        take_in(session, other, "bank.qdpx", content)

        assert "codes below exclude each other: yes" in project_of(content).decode()
        assert load_codebook(session, other).get("ATT").definition.has_exclusive_children


def test_the_export_is_valid_against_the_schemas_of_the_standard(database: Database):
    with transaction() as session:
        study = coded_study(session)

        check_valid("Project", project_of(exported(session, study)))
        check_valid("Codebook", exported(session, study, "qdc"))


def test_an_empty_study_gives_a_valid_project(database: Database):
    with transaction() as session:
        check_valid("Project", project_of(exported(session, bank_study(session))))


@pytest.mark.parametrize("kind", ["qdpx", "qdc", "csv", "xlsx", "docx", "html"])
def test_the_same_study_gives_the_same_bytes(database: Database, kind: str):
    with transaction() as session:
        study = coded_study(session)

        assert exported(session, study, kind) == exported(session, study, kind)


def test_an_export_read_again_into_its_own_study_adds_nothing_of_the_same_coders(database: Database):
    with transaction() as session:
        study = coded_study(session)
        content = exported(session, study)
        take_in(session, study, "a.qdpx", content)

        again = take_in(session, study, "a.qdpx", content)

    assert (again.counts["codings"], again.counts["links"], again.counts["memos"]) == (0, 0, 0)
    assert again.interviews == []


SIGNS = st.sampled_from([*"ab 。\n，", "👍🏽", "𠮷", "e\u0301", "שלום", "👨‍👩‍👧", "\t", "\u200f", "&<\"'", "]]>"])


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture],
          phases=[Phase.explicit, Phase.generate])
@given(words=st.lists(SIGNS, min_size=3, max_size=60).map("".join).filter(lambda text: len(text.strip()) > 2),
       memo=st.lists(SIGNS, max_size=12).map("".join),
       places=st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=6))
def test_any_text_and_any_passages_come_back(database: Database, words: str, memo: str, places):
    number = uuid4()
    with transaction() as session:
        study = bank_study(session, f"from {number}")
        row, ann = interview(session, study, words), member(session, study, "ann")
        version = current_version(session, row)
        for start, end in sorted({tuple(sorted(int(share * len(version.text)) for share in pair)) for pair in places}):
            if version.text[start:end].strip():
                apply_code(session, study, row, ann,
                           Passage(start, end, version.text[start:end], version.sha256), "SIT", memo=memo)
        before, content = contents(session, study), exported(session, study)
    check_valid("Project", project_of(content))
    with transaction() as session:
        session.delete(session.get(Interview, row.id))
    with transaction() as session:
        other = bank_study(session, f"to {number}")
        take_in(session, other, "a.qdpx", content)

        assert contents(session, other) == before
