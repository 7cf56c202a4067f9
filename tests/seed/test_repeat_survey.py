"""Row H6 of the seed checklist: the effect and level are followed by a second wave, and no effect is claimed."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from analysis.results.diagnosis import Diagnosis
from reports.content import StudyReport
from reports.sections.study import study_report
from reports.wording import forbidden_phrases
from surveyapp.db.session import Database, close_read_session, read_session, transaction, use_database
from surveyapp.jobs.diagnose import compute_diagnosis
from surveyapp.jobs.further_report import further_reports
from surveyapp.jobs.sample import add_sample_study
from surveyapp.jobs.second_wave import SECOND_WAVE, add_second_wave, close_first_wave, release_with_decisions
from surveyapp.sample.second_wave import DECISIONS, PLANTED, second_plan
from surveyapp.services.action_feed import facts_of_wave
from surveyapp.services.diagnosis import store_diagnosis, store_report
from surveyapp.services.fieldwork_facts import fieldwork_facts
from surveyapp.services.study import get_study, get_wave, template_of
from tests.factories.questionnaire import SECRET
from tests.seed.conftest import wordings

N_RESAMPLES = 200


@dataclass(frozen=True)
class TwoSurveys:
    """The diagnoses of both waves of the sample branch, and the report on the second in both languages."""

    first: Diagnosis
    second: Diagnosis
    reports: dict[str, StudyReport]
    path: Path                          # of the database that holds both

    def words(self, key: str, language: str = "en") -> str:
        section = next(section for section in self.reports[language].sections if section.key == key)
        return " ".join(wordings(section))


@pytest.fixture(scope="module")
def waves(tmp_path_factory: pytest.TempPathFactory, sqlite_template) -> TwoSurveys:
    path = tmp_path_factory.mktemp("waves") / "sample.sqlite3"
    path.write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{path}")
    use_database(database)
    with transaction() as session:
        close_first_wave(session, SECRET, add_sample_study(session, "bank_crm", "bank"))
    first = _diagnosed("w1")
    with transaction() as session:
        study = get_study(session, "bank")
        store_report(session, store_diagnosis(session, study, get_wave(session, study, "w1"), first), "zh", b"%PDF")
        release_with_decisions(session, study)
        add_second_wave(session, SECRET, study, second_plan())
    close_read_session()
    second = _diagnosed(SECOND_WAVE)
    with transaction() as session:
        study = get_study(session, "bank")
        store_diagnosis(session, study, get_wave(session, study, SECOND_WAVE), second)
    close_read_session()
    study = get_study(read_session(), "bank")
    template, facts = template_of(read_session(), study), facts_of_wave(read_session(), study, SECOND_WAVE)
    database.close()
    use_database(None)
    return TwoSurveys(first, second, {language: study_report(second, template, facts, language=language)
                                      for language in ("en", "zh")}, path)


@pytest.fixture(scope="module")
def progress(waves: TwoSurveys) -> dict[str, StudyReport]:
    """The report between the waves in both languages; the comparison it needs is made on the way."""
    database = Database(f"sqlite:///{waves.path}")
    use_database(database)
    study = get_study(read_session(), "bank")
    made = further_reports(study, "progress", SECOND_WAVE, ["en", "zh"])
    database.close()
    use_database(None)
    return {report.language: report for _, report in made}


def _diagnosed(key: str) -> Diagnosis:
    study = get_study(read_session(), "bank")
    return compute_diagnosis(study, get_wave(read_session(), study, key), n_resamples=N_RESAMPLES)


def test_h6_the_fieldwork_report_of_an_earlier_wave_knows_who_was_left_out_of_its_analysis(waves: TwoSurveys):
    database = Database(f"sqlite:///{waves.path}")
    use_database(database)
    study = get_study(read_session(), "bank")

    found = fieldwork_facts(read_session(), study, get_wave(read_session(), study, "w1"))

    database.close()
    use_database(None)
    assert found.order == 1
    screened = {key: one.n_submitted - one.n_valid for key, one in waves.first.screening.items()}
    assert {one.audience: one.n_excluded for one in found.questionnaires} == screened
    assert all(one.flags and one.signs_needed == 2 for one in found.questionnaires)


def test_h6_outcomes_are_measured_in_both_waves(waves: TwoSurveys):
    outcomes = [{level.construct: level.n for level in found.outcomes} for found in (waves.first, waves.second)]

    assert outcomes[0].keys() == outcomes[1].keys() >= {"OUT"}
    assert min(min(found.values()) for found in outcomes) > 100


def test_h6_the_second_wave_finds_the_planted_change_where_the_measures_apply_and_no_other(waves: TwoSurveys):
    contrasts = [one for row in waves.second.follow_up.actions for one in row.contrasts]

    found = {one.construct for one in contrasts if one.verdict == "apart"}
    assert found == PLANTED.keys()
    assert all(one.difference.ci_high < 0 for one in contrasts if one.construct in PLANTED)
    assert {one.verdict for one in contrasts if one.construct not in PLANTED} == {"not_apart"}


def test_h6_every_decision_is_told_with_what_became_of_it(waves: TwoSurveys):
    actions = {row.action.measure: row.action for row in waves.second.follow_up.actions}

    assert actions.keys() == {planted.measure for planted in DECISIONS}
    assert sum(one.state == "done" for one in actions["S1.2"].milestones) == 2
    assert "2 of 3 milestones reached" in waves.words("follow-up")
    assert "里程碑已完成2项，共3项" in waves.words("follow-up", "zh")


def test_h6_who_knows_a_measure_is_told_for_both_waves(waves: TwoSurveys):
    row = next(row for row in waves.second.follow_up.actions if row.action.measure == "S2.2")

    assert row.known_before.ci_high < row.known_now.ci_low


def test_h6_a_measure_carried_out_is_in_place_in_the_second_wave_and_not_proposed_as_new(waves: TwoSurveys):
    first, second = ({found.key: found for found in diagnosis.measures} for diagnosis in (waves.first, waves.second))

    assert first["S1.2"].practice.key == "crm_it"
    assert (second["S1.2"].practice.key, second["S1.2"].practice.status) == ("field_list", "running")
    assert second["S1.2"].form != "introduce"
    assert waves.first.follow_up is None


@pytest.mark.parametrize(("language", "words"), [("en", "No proof of effect."), ("zh", "以下内容不构成效果证明。")])
def test_h6_the_report_says_that_it_is_no_proof_of_effect(waves: TwoSurveys, language: str, words: str):
    told = waves.words("follow-up", language)

    assert words in told
    assert forbidden_phrases(told, language) == []


@pytest.mark.parametrize(("language", "words"), [
    ("en", ["Four decisions: 1 in place, 1 under way", "1 of 22 scales improved, no decline shown",
            "No proof of effect.",
            "4 of 5 milestones reached; 1 overdue", "open, 7 days late", "reached on", "nearer to the target",
            "known to 54%", "better; no proof of effect", "the decision was put off to", "nothing is decided yet",
            "whether to take in others", "show no demonstrable difference", "measure the same in both surveys",
            "no target is set for retention of key customers"]),
    ("zh", ["4项决定：1项已落实、1项实施中", "未见变差", "以下内容不构成效果证明。", "里程碑5项，已完成4项，逾期1项",
            "未完成，已逾期7天", "较基线更接近目标", "好转；不构成效果证明", "请作出决定", "尚未作出决定",
            "是否推广至其他部门", "尚未见可证实的差异"])])
def test_h6_the_progress_report_tells_plan_deed_change_and_what_to_decide(progress: dict[str, StudyReport],
                                                                         language: str, words: list[str]):
    told = " ".join(wording for section in progress[language].sections for wording in wordings(section))

    assert [word for word in words if word not in told] == []
    assert forbidden_phrases(told, language) == []


def test_h6_the_progress_report_calls_better_what_was_planted_and_nothing_else(progress: dict[str, StudyReport]):
    table = next(block for block in progress["en"].blocks() if getattr(block, "key", "") == "t-readings")

    better = [row.cells[0].text for row in table.rows if not row.is_group and row.cells[4].text.startswith("better")]
    assert better == ["Incomplete customer information"]
    assert PLANTED.keys() == {"PRB_INFO"}


def test_h6_the_progress_report_has_the_same_parts_and_tables_in_both_languages(progress: dict[str, StudyReport]):
    english, chinese = progress["en"], progress["zh"]

    assert [one.key for one in english.sections] == [one.key for one in chinese.sections]
    assert [type(block).__name__ for block in english.blocks()] == [type(block).__name__ for block in chinese.blocks()]
