"""What is counted of comments, by whom it is seen, and the candidates found in them."""

import pytest

from analysis.diagnosis.diagnose import diagnose
from analysis.diagnosis.document import diagnosis_document
from instruments.template_loader import load_catalogue_template
from surveyapp.dataset import load_tables
from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.errors import BadInput, Stale
from surveyapp.models.account import Account
from surveyapp.models.comment import CommentSource
from surveyapp.models.study import Study
from surveyapp.services.batch_links import LineLink, link_lines
from surveyapp.services.blinding import finish_coding, open_round
from surveyapp.services.candidate import (
    CandidateText,
    add_lines,
    change_candidate,
    list_candidates,
    nominate_candidate,
    remove_line,
    withdraw_candidate,
)
from surveyapp.services.codebook import load_codebook
from surveyapp.services.comment_counts import count_comments
from surveyapp.services.interview import get_interview
from surveyapp.services.study import create_study, get_study, get_wave
from tests.factories import comments as make
from tests.factories import questionnaire
from tests.factories.comments import account, code, number_of, page, ready


@pytest.fixture
def study(any_database: Database) -> Study:
    with transaction() as session:
        return questionnaire.study(session)


# ---- blindness ------------------------------------------------------------------------------------------------------
def test_in_a_blind_round_codings_counts_suggestions_and_candidates_are_ones_own(study: Study):
    source = ready(study)
    ann, bob, eve = (account(study, name) for name in ("ann", "bob", "eve"))
    boss = account(study, "boss", "researcher")
    with transaction() as session:
        open_round(session, study, get_interview(session, study, source.interview_id), [ann.id, bob.id])
    code(study, source, ann, ("流程太长", "培训太少"), "SUG.MKT", memo="secret")

    def known(who: Account) -> list[object]:
        found = page(study, source, who)
        session = read_session()
        counts = count_comments(session, study, who, load_codebook(session, study))
        learnt = {words for line in page(study, source, who, like="SUG.MKT").lines for hint in line.suggestions
                  for words in hint.from_lines}
        return [found.n_coded, dict(found.by_code), sum(len(line.codings) for line in found.lines), sorted(learnt),
                counts.by_code["SUG.MKT"].n, page(study, source, who, code="SUG.MKT").n_fitting]

    assert known(bob) == known(eve) == [0, {}, 0, [], 0, 0]
    assert known(ann)[0] == known(boss)[0] == 2
    with transaction() as session:
        for who in (ann, bob):
            finish_coding(session, study, get_interview(session, study, source.interview_id), who)
    assert known(bob)[0] == 2


def test_suggestions_learn_from_coded_lines_and_say_so(study: Study):
    source = ready(study, (*make.PLAIN, "排队叫号机坏了没人修", "叫号机常年失灵", "叫号机声音太小"))
    ann = account(study, "ann")

    before = page(study, source, ann, words="声音太小").lines[0].suggestions
    code(study, source, ann, ("没人修", "常年失灵"), "PRB.MAINT")
    after = page(study, source, ann, words="声音太小").lines[0].suggestions

    assert "PRB.MAINT" not in [hint.code for hint in before]
    assert next((hint.code, hint.from_lines) for hint in after) == ("PRB.MAINT", ("叫号机",))
    assert page(study, source, ann).n_coded == 2        # shown, never applied


# ---- counts ---------------------------------------------------------------------------------------------------------
def test_a_comment_counts_once_a_code_sub_codes_included_and_by_polarity(study: Study):
    source, ann = ready(study), account(study, "ann")
    bob = account(study, "bob")
    code(study, source, ann, ("系统太多", "系统之间"), "PRB.INFO.LINK")
    code(study, source, ann, ("系统之间",), "PRB.INFO")
    code(study, source, bob, ("系统太多",), "PRB.INFO.LINK", polarity="contradicts")
    session = read_session()

    counts = count_comments(session, study, ann, load_codebook(session, study))

    assert counts.n_all == len(make.PLAIN)
    assert (counts.by_code["PRB.INFO"].n, dict(counts.by_code["PRB.INFO"].by_polarity)) == (
        2, {"mixed": 1, "supports": 1})
    assert dict(counts.by_code["PRB"].by_source) == {source.id: 2}


def test_links_in_comments_reach_the_analysis_apart_from_those_of_interviewees(any_database: Database):
    with transaction() as session:
        study = create_study(session, load_catalogue_template("bank_crm"), "bank")
        source = make.source(session, study, item="O_OTHER")
    ann = account(study, "ann")
    lines = tuple(number_of(study, source, ann, words) for words in ("系统太多", "系统之间"))
    sha = page(study, source, ann).version.sha256
    with transaction() as session:
        interview = get_interview(session, study, source.interview_id)
        link_lines(session, study, interview, ann, LineLink(lines, "CAU.TECH", "PRB.INFO", sha))
    close_read_session()
    session = read_session()

    tables = load_tables(session, study, get_wave(session, study))

    assert tables.comments.links.to_dict("records") == [
        {"source": "O_OTHER.w1", "comment": line, "cause": "CAU_TECH", "problem": "PRB_INFO"} for line in sorted(lines)]
    assert len(tables.interviews.links if tables.interviews else ()) == 0


# ---- candidates -----------------------------------------------------------------------------------------------------
WORDS = CandidateText("problem", {"en": "Queueing system", "zh": "叫号设备"},
                      {"en": "The queueing machines fail.", "zh": "叫号设备经常失灵。"})


def test_a_candidate_is_named_in_both_languages_and_counts_its_comments(study: Study):
    source, boss = ready(study), account(study, "boss", "researcher")
    lines = [number_of(study, source, boss, part) for part in ("流程太长", "培训太少")]
    with transaction() as session:
        row = nominate_candidate(session, study, WORDS, boss)
        add_lines(session, study, row, session.get_one(CommentSource, source.id), lines, boss)
    close_read_session()

    found = list_candidates(read_session(), study, boss)

    assert [(one.name["zh"], one.n_comments, one.n_of, one.items) for one in found] == [
        ("叫号设备", 2, len(make.PLAIN), ("OPEN",))]
    with transaction() as session:
        remove_line(session, study, row, found[0].lines[0].turn_id, boss)
    close_read_session()
    assert list_candidates(read_session(), study, boss)[0].n_comments == 1


@pytest.mark.parametrize("text", [
    CandidateText("problem", {"en": "Only English"}, {"en": "x", "zh": "x"}),
    CandidateText("strategy", WORDS.name, WORDS.definition),
    CandidateText("cause", {"en": "x" * 121, "zh": "x"}, WORDS.definition)])
def test_a_candidate_without_a_name_in_each_language_is_refused(study: Study, text: CandidateText):
    with pytest.raises(BadInput), transaction() as session:
        nominate_candidate(session, study, text)


def test_a_candidate_changed_elsewhere_is_not_overwritten_and_can_be_withdrawn(study: Study):
    boss = account(study, "boss", "researcher")
    with transaction() as session:
        row = nominate_candidate(session, study, WORDS, boss)
        change_candidate(session, study, row, CandidateText("cause", WORDS.name, WORDS.definition), 1, boss)

    with pytest.raises(Stale), transaction() as session:
        change_candidate(session, study, session.merge(row), WORDS, 1, boss)
    with transaction() as session:
        withdraw_candidate(session, study, session.merge(row), boss)
    assert list_candidates(read_session(), study) == []


def test_a_coder_in_a_running_round_learns_nothing_from_candidates(study: Study):
    source, boss = ready(study), account(study, "boss", "researcher")
    ann, other = account(study, "ann"), account(study, "other", "researcher")
    with transaction() as session:
        row = nominate_candidate(session, study, WORDS, boss)
        add_lines(session, study, row, session.get_one(CommentSource, source.id), [1, 2], boss)
        open_round(session, study, get_interview(session, study, source.interview_id), [ann.id, other.id])
    close_read_session()

    seen = {who.login: list_candidates(read_session(), study, who)[0].n_comments for who in (boss, other, ann)}

    assert seen == {"boss": 2, "other": 0, "ann": 0}


# ---- the analysis ---------------------------------------------------------------------------------------------------
def test_the_diagnosis_counts_the_waves_comments_apart_and_prints_candidates_without_a_grade(study: Study):
    source, ann = ready(study), account(study, "ann")
    code(study, source, ann, ("系统太多", "系统之间"), "PRB.INFO.LINK")
    with transaction() as session:
        row = nominate_candidate(session, study, WORDS, ann)
        add_lines(session, study, row, session.get_one(CommentSource, source.id), [1, 2, 3], ann)
    close_read_session()
    session = read_session()
    wave = get_wave(session, study, "w1")

    tables = load_tables(session, get_study(session, study.id), wave)
    document = diagnosis_document(diagnose(tables, n_resamples=50))

    assert tables.interviews is None
    assert document["comments"]["codes"]["staff"]["PRB.INFO"] == {
        "comments": 2, "of": 8, "supports": 2, "contradicts": 0, "mixed": 0, "by_item": {"OPEN": [2, 8]},
        "agreement": None, "agreement_verdict": "not_double_coded"}
    assert [(one["kind"], one["n_comments"], one["n_of"]) for one in document["comments"]["candidates"]] == [
        ("problem", 3, 8)]
    assert document["metrics"]["comment.staff.PRB.INFO.comments"] == 2
    assert document["metrics"]["interview.PRB.INFO.interviewees"] is None
    assert document["candidates"] == []


def test_coding_a_comment_changes_what_the_diagnosis_was_computed_from(study: Study):
    source, ann = ready(study), account(study, "ann")

    def computed_from() -> str:
        close_read_session()
        session = read_session()
        return diagnose(load_tables(session, get_study(session, study.id), get_wave(session, study, "w1")),
                        n_resamples=50).provenance.input_hash

    before = computed_from()
    code(study, source, ann, ("系统太多",))

    assert computed_from() != before


def test_a_finished_round_over_comments_gives_agreement_over_comments(study: Study):
    source = ready(study)
    pair = [account(study, name) for name in ("ann", "bob")]
    with transaction() as session:
        open_round(session, study, get_interview(session, study, source.interview_id), [who.id for who in pair])
    code(study, source, pair[0], ("系统太多", "系统之间", "流程太长"), "PRB.INFO")
    code(study, source, pair[1], ("系统太多", "系统之间"), "PRB.INFO")
    with transaction() as session:
        for who in pair:
            finish_coding(session, study, get_interview(session, study, source.interview_id), who)
    close_read_session()
    session = read_session()

    found = diagnose(load_tables(session, get_study(session, study.id), get_wave(session, study, "w1")),
                     n_resamples=50).comments
    info = next(row for row in found.codes if row.code == "PRB.INFO")

    assert info.agreement_verdict == "tentative"
    assert info.agreement.value == pytest.approx(1 - (2 / 16) / (2 * 5 * 11 / (16 * 15)), abs=1e-9)
    assert (info.agreement.n, info.n) == (8, 3)
