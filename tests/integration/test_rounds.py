"""Rounds: drawn by a seed, blind until closed, compared, decided with a reason, measured from the coders' own work."""

import pytest
from sqlalchemy import select

from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.errors import BadInput, NotAllowed, Refused, Stale
from surveyapp.models.audit import Audit
from surveyapp.models.coding import CoderAssignment, Coding
from surveyapp.models.interview import ANSWERS
from surveyapp.models.round import AdjudicatedSet, RoundInterview
from surveyapp.models.study import Study
from surveyapp.services.adjudication import Choice, decide, undo_decision
from surveyapp.services.agreement import agreement_texts, scope_of
from surveyapp.services.batch_coding import LineCode, code_lines
from surveyapp.services.blinding import dissolve_round, finish_coding, resume_coding
from surveyapp.services.codebook import load_codebook
from surveyapp.services.coding import delete_coding
from surveyapp.services.coding_rows import coding_rows
from surveyapp.services.comparison import AGREED, CODE, ONLY, POLARITY, load_comparison
from surveyapp.services.interview import current_version, get_interview
from surveyapp.services.passage import seen_codings
from surveyapp.services.regrouping import merge_codes
from surveyapp.services.round import (
    Draw,
    close_round,
    dissolve_coding_round,
    field_of,
    get_round,
    note_refinement,
    open_calibration,
    open_main_round,
)
from tests.factories import coding as make
from tests.factories import comments
from tests.factories import rounds as of


@pytest.fixture
def study(any_database: Database) -> Study:
    with transaction() as session:
        return make.bank_study(session)


def people():
    return tuple(make.find(read_session(), name) for name in ("ann", "bob", "boss"))


# ---- the draw -------------------------------------------------------------------------------------------------------
def test_a_main_round_keeps_how_it_was_drawn_and_gives_every_text_out(study: Study):
    with transaction() as session:
        _row, texts = of.open_round(session, study, 6, share=0.2)

    session = read_session()
    stored = get_round(session, study, 1)
    given = session.execute(select(CoderAssignment.interview_id, CoderAssignment.account_id)).all()
    doubles = session.scalars(select(RoundInterview).where(RoundInterview.is_double)).all()
    assert (stored.algorithm, stored.seed, stored.share) == ("sha256-strata-1", 7, 0.2)
    assert [row["key"] for row in stored.candidates] == [text.key for text in texts]
    assert {row["stratum"] for row in stored.candidates} == {"relationship_manager · zh"}
    assert len(doubles) == 2            # a fifth of six, rounded up
    assert len(given) == 6 + 2
    assert {sum(number == text.id for number, _ in given) for text in texts} == {1, 2}


def test_what_was_coded_before_the_draw_cannot_be_drawn(study: Study):
    with transaction() as session:
        ann, bob, boss = of.people(session, study)
        early, fresh = (make.interview(session, study, key=key) for key in ("EARLY", "FRESH"))
        of.code(session, study, early, ann, of.ONE, "CAU.TECH")
        row = open_main_round(session, study, Draw((ann.id, bob.id)), boss)

    assert [entry["key"] for entry in row.candidates] == [fresh.key]
    assert row.left_out == [{"key": "EARLY", "why": "coded"}]
    assert (row.seed, row.share) == (study.seed, 0.2)       # of the study and its codebook
    with pytest.raises(Refused, match="no text that can enter"), transaction() as session:
        open_main_round(session, study, Draw((ann.id, bob.id)), boss)


@pytest.mark.parametrize("draw", [{"share": 0.0}, {"share": 1.1}, {"seed": -1}, {"coders": ()}])
def test_a_round_without_sense_is_refused(study: Study, draw: dict[str, object]):
    with pytest.raises(BadInput), transaction() as session:
        ann, bob, _ = of.people(session, study)
        make.interview(session, study)
        open_main_round(session, study, Draw(**{"coders": (ann.id, bob.id), **draw}))


# ---- blind until closed ---------------------------------------------------------------------------------------------
def test_a_round_stays_blind_until_it_is_closed_even_when_all_have_finished(study: Study):
    with transaction() as session:
        _row, [text] = of.open_round(session, study)
        of.disagree(session, study, text)
        of.finish(session, study, [text])
    _ann, bob, boss = people()

    before = {coding.coder for coding in seen_codings(read_session(), text, bob)}
    with pytest.raises(NotAllowed, match="round is not closed"):
        load_comparison(read_session(), study, text)
    with transaction() as session:
        resume_coding(session, study, text, bob)        # still his own until it is closed
        finish_coding(session, study, text, bob)
        close_round(session, study, get_round(session, study, 1), boss)
    close_read_session()

    assert before == {"Bob"}
    assert {coding.coder for coding in seen_codings(read_session(), text, bob)} == {"Ann", "Bob"}


def test_a_researcher_who_codes_in_a_round_is_blind_to_all_of_it(study: Study):
    with transaction() as session:
        ann, _, boss = of.people(session, study)
        texts = [make.interview(session, study, key=key) for key in ("I1", "I2", "I3")]
        open_main_round(session, study, Draw((ann.id, boss.id), share=0.2, seed=1), None)
        given = session.execute(select(CoderAssignment.interview_id, CoderAssignment.account_id)).all()
        anns = [text for text in texts if {who for number, who in given if number == text.id} == {ann.id}]
        of.code(session, study, anns[0], ann, of.ONE, "CAU.TECH")

    assert seen_codings(read_session(), anns[0], boss) == []
    with pytest.raises(NotAllowed, match="one of the coders"), transaction() as session:
        dissolve_coding_round(session, study, get_round(session, study, 1), boss)


def test_nothing_of_an_open_round_is_analysed(study: Study):
    with transaction() as session:
        _, [text] = of.open_round(session, study)
        of.disagree(session, study, text)

    rows = coding_rows(read_session(), study)

    assert (rows.codings, rows.links, rows.double_coded, rows.originals) == ((), (), (), ())


def test_a_round_is_closed_only_when_all_have_finished(study: Study):
    with transaction() as session:
        _row, texts = of.open_round(session, study, 2)
        finish_coding(session, study, texts[0], of.people(session, study)[0])

    with pytest.raises(Refused, match="3 texts of the round"), transaction() as session:
        close_round(session, study, get_round(session, study, 1))


def test_a_text_of_a_round_is_not_dissolved_alone(study: Study):
    with transaction() as session:
        of.closed_round(session, study)
    boss = people()[2]

    with pytest.raises(Refused, match="belongs to a round"), transaction() as session:
        dissolve_round(session, study, get_interview(session, study, "I01"), boss)


def test_a_dissolved_round_leaves_codings_and_no_double_coding(study: Study):
    with transaction() as session:
        row, _ = of.closed_round(session, study)
        dissolve_coding_round(session, study, row, of.people(session, study)[2])

    session = read_session()
    assert coding_rows(session, study).double_coded == ()
    assert len(coding_rows(session, study).codings) == 7
    assert session.scalars(select(CoderAssignment)).all() == []
    told = session.scalars(select(Audit).where(Audit.action == "dissolve_coding_round")).one()
    assert told.before["seed"] == 7


# ---- calibration ----------------------------------------------------------------------------------------------------
def test_a_calibration_is_coded_by_all_and_does_not_count_as_double_coding(study: Study):
    with transaction() as session:
        ann, bob, boss = of.people(session, study)
        text = make.interview(session, study)
        row = open_calibration(session, study, [text.id], [ann.id, bob.id], boss)
        of.disagree(session, study, text)
        of.finish(session, study, [text])
        close_round(session, study, row, boss)
        note_refinement(session, study, row, "PRB.INFO", "Only where data cannot be joined.", boss)

    session = read_session()
    row = get_round(session, study, 1)
    assert coding_rows(session, study).double_coded == ()
    assert len(coding_rows(session, study).codings) == 7            # the interviewee still counts
    assert agreement_texts(session, study, scope_of("interview", "turn")) == []
    [found] = agreement_texts(session, study, scope_of("interview", "turn", row))
    assert (found.coders, len(found.marks)) == (("Ann", "Bob"), 7)
    assert [why for _, why in field_of(session, study).left_out] == ["assigned"]


def test_a_note_on_a_definition_needs_a_closed_round_and_words(study: Study):
    with transaction() as session:
        row, _ = of.open_round(session, study)
        with pytest.raises(Refused, match="still open"):
            note_refinement(session, study, row, "PRB.INFO", "x")
        row.closed_at = row.opened_at
        with pytest.raises(BadInput, match="1 to"):
            note_refinement(session, study, row, "PRB.INFO", "  ")


def test_comments_are_calibrated_on_a_batch_and_then_given_out_without_it(study: Study):
    with transaction() as session:
        ann, bob, boss = of.people(session, study)
        text = get_interview(session, study, comments.source(session, study, item="O_OTHER").interview_id)
        row = open_calibration(session, study, [text.id], [ann.id, bob.id], boss, n_lines=3)
        sha = current_version(session, text).sha256
        for who, lines in ((ann, (1, 2)), (bob, (1, 3))):
            code_lines(session, study, text, who, LineCode(lines, "CAU.TECH", sha))
        of.finish(session, study, [text])
        close_round(session, study, row, boss)
        [batch] = agreement_texts(session, study, scope_of(ANSWERS, "turn", row))
        main = open_main_round(session, study, Draw((ann.id, bob.id), ANSWERS, 1.0, 3), boss)
        for who in (ann, bob):
            code_lines(session, study, text, who, LineCode((5,), "PRB.INFO", sha))
        of.finish(session, study, [text])
        close_round(session, study, main, boss)

    [rest] = agreement_texts(read_session(), study, scope_of(ANSWERS, "turn"))
    assert (len(batch.turns), len(batch.marks)) == (3, 4)
    assert len(rest.turns) == 8 - 3
    assert {mark.code for mark in rest.marks} == {"PRB.INFO"}


# ---- comparing and deciding -----------------------------------------------------------------------------------------
def compared(study: Study):
    close_read_session()
    session = read_session()
    return load_comparison(session, study, get_interview(session, study, "I01"))


def test_the_comparison_says_where_coders_differ_and_how(study: Study):
    with transaction() as session:
        of.closed_round(session, study)

    found = [(row.kind, row.codes, [
        (compared(study).name_of(mark.coder), mark.codes[0], mark.polarity) for mark in row.marks])
        for row in compared(study).every]

    assert found == [
        (ONLY, ("CAU.COORD",), [("Ann", "CAU.COORD", "supports")]),
        (AGREED, ("CAU.TECH",), [("Ann", "CAU.TECH", "supports"), ("Bob", "CAU.TECH", "supports")]),
        (ONLY, ("CAU.TECH", "PRB.INFO"), [("Ann", "CAU.TECH", "")]),
        (CODE, ("PRB.INFO", "PRB.DIFF"), [("Ann", "PRB.INFO", "supports"), ("Bob", "PRB.DIFF", "supports")]),
        (POLARITY, ("PRB.GOAL",), [("Ann", "PRB.GOAL", "supports"), ("Bob", "PRB.GOAL", "contradicts")]),
    ]


def decide_all(study: Study) -> None:
    """Decide every difference: Ann's word, none, another code, both."""
    ann = people()[0]
    with transaction() as session:
        boss = make.find(session, "boss")
        text = get_interview(session, study, "I01")
        for row in load_comparison(session, study, text).open:
            wanted = {
                ("CAU.COORD",): Choice(row.place, "coder", "said in so many words", ann.id),
                ("CAU.TECH", "PRB.INFO"): Choice(row.place, "none", "no cause is named"),
                ("PRB.INFO", "PRB.DIFF"): Choice(row.place, "other", "it is about tools", code="CAU.INCENT",
                                                  polarity="mixed"),
                ("PRB.GOAL",): Choice(row.place, "all", "both are meant"),
            }[row.codes]
            decide(session, study, text, wanted, boss)
    close_read_session()


def test_a_third_decides_and_analysis_reads_the_decided_set_but_agreement_the_coders_own(study: Study):
    with transaction() as session:
        of.closed_round(session, study)
    before = coding_rows(read_session(), study)

    decide_all(study)

    after = coding_rows(read_session(), study)
    assert [(row.code, row.polarity, row.coder) for row in after.codings] == [
        ("CAU.COORD", "supports", "Ann"), ("CAU.TECH", "supports", "Ann"), ("CAU.INCENT", "mixed", "Ann"),
        ("PRB.GOAL", "supports", "Ann"), ("PRB.GOAL", "contradicts", "Bob")]
    assert (len(before.links), after.links) == (1, ())
    assert after.originals == before.originals == before.codings
    told = read_session().scalars(select(Audit).where(Audit.action == "decide_difference")).all()
    assert {row.account_id for row in told} == {people()[2].id}
    assert "said in so many words" in {row.after["reason"] for row in told}


def test_a_code_merged_after_it_was_decided_counts_as_the_other(study: Study):
    with transaction() as session:
        of.closed_round(session, study)
    decide_all(study)

    with transaction() as session:
        codes = load_codebook(session, study).by_key
        merge_codes(session, study, codes["CAU.INCENT"].id, codes["CAU.CONCEPT"].id, make.find(session, "boss"))
    close_read_session()

    found = {row.code for row in coding_rows(read_session(), study).codings}
    assert "CAU.CONCEPT" in found
    assert "CAU.INCENT" not in found


def test_a_decision_is_undone_and_the_union_counts_again(study: Study):
    with transaction() as session:
        of.closed_round(session, study)
    decide_all(study)
    place = next(row.place for row in compared(study).every if row.kind == CODE)

    with transaction() as session:
        undo_decision(session, study, get_interview(session, study, "I01"), place, make.find(session, "boss"))
    close_read_session()

    assert [row.place for row in compared(study).open] == [place]
    assert read_session().scalars(select(AdjudicatedSet)).all() == []
    assert len(coding_rows(read_session(), study).codings) == 7


def test_a_decision_needs_a_reason_and_is_made_once(study: Study):
    with transaction() as session:
        of.closed_round(session, study)
    place = compared(study).open[0].place

    def choose(**changes):
        with transaction() as session:
            decide(session, study, get_interview(session, study, "I01"),
                   Choice(**{"place": place, "choice": "none", "reason": "why", **changes}), make.find(session, "boss"))

    for wrong, words in (({"reason": " "}, "needs a reason"), ({"choice": "perhaps"}, "Nothing was decided"),
                         ({"choice": "coder", "coder": 99}, "not a coder"),
                         ({"choice": "other", "code": "NO.SUCH"}, "no code")):
        with pytest.raises(BadInput, match=words):
            choose(**wrong)
    choose()
    with pytest.raises(Stale, match="decided by Boss"):
        choose()
    with pytest.raises(Stale, match="no such difference"):
        choose(place="0" * 32)


def test_the_coders_own_codings_stay_as_they_were_and_cannot_be_changed(study: Study):
    with transaction() as session:
        of.closed_round(session, study)
    before = [(row.id, row.polarity, row.deleted_at, row.version) for row in read_session().scalars(select(Coding))]

    decide_all(study)

    assert [(row.id, row.polarity, row.deleted_at, row.version) for row in
            read_session().scalars(select(Coding))] == before
    with pytest.raises(Refused, match="agreement"), transaction() as session:
        text = get_interview(session, study, "I01")
        delete_coding(session, study, text, make.find(session, "ann"), before[0][0])
