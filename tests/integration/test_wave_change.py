"""Wave 2 against wave 1 of a study: same items only, planted changes found, nothing made up."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from analysis.results.waves import WaveComparison
from instruments.schema import Instrument
from instruments.template_loader import load_catalogue_template
from surveyapp.cli import run
from surveyapp.db.base import utc_now
from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.errors import NotFound, Refused
from surveyapp.jobs.diagnose import report_content
from surveyapp.jobs.wave_change import compare_study_waves
from surveyapp.models.wave import Wave
from surveyapp.models.wave_change import WaveChange
from surveyapp.sample.answers import generate_responses
from surveyapp.sample.plan import Plan
from surveyapp.services.diagnosis import store_diagnosis
from surveyapp.services.publication import publish_version
from surveyapp.services.response_import import load_sample_responses
from surveyapp.services.study import close_wave, create_study, get_study, get_wave, instrument_of, list_links
from surveyapp.services.wave import add_wave, start_wave
from surveyapp.services.wave_change import changes_since, wave_pair
from tests.factories.diagnosis import rich_diagnosis

TEMPLATE = load_catalogue_template("bank_crm")
STAFF = TEMPLATE.instrument("staff")
PROBLEMS = [construct.key for construct in STAFF.constructs if construct.group == "problem"]
BETTER, SAME = PROBLEMS[:2]
EVEN = dict.fromkeys((construct.key for construct in STAFF.constructs), 3.2)


def answers(wave: str, seed: int, n: int = 160, **means: float) -> None:
    """Let so many invented staff answer a wave."""
    with transaction() as session:
        study = get_study(session, "two waves")
        for link, published in list_links(session, get_wave(session, study, wave)):
            if published.audience == "staff":
                plan = Plan(seed=seed, n_respondents={"staff": n}, means={**EVEN, **means}, share_careless=0,
                            share_blank=0, share_not_applicable=0)
                instrument = instrument_of(published)
                load_sample_responses(session, link, instrument, generate_responses(instrument, plan, "staff"))


def two_waves(change: Instrument | None = None, n: int = 160, **means: float) -> None:
    """Make a study with two closed waves; the second one of other people, with other means, or a changed form."""
    with transaction() as session:
        study = create_study(session, replace(TEMPLATE, instruments=(STAFF,)), "two waves", is_synthetic=True)
        session.execute(update(Wave).values(opened_at=utc_now() - timedelta(days=400)))
        assert study.id
    answers("w1", 1, n)
    with transaction() as session:
        study = get_study(session, "two waves")
        close_wave(session, study, get_wave(session, study, "w1"))
        if change is not None:
            publish_version(session, study, change, has_seen_warnings=True, note="changed")
        start_wave(session, study, add_wave(session, study, "w2"))
    answers("w2", 2, n, **means)
    with transaction() as session:
        study = get_study(session, "two waves")
        close_wave(session, study, get_wave(session, study, "w2"))
    close_read_session()


def compared() -> WaveComparison:
    study = get_study(read_session(), "two waves")
    found = compare_study_waves(study, *wave_pair(read_session(), study))["staff"]
    close_read_session()
    return found


def scale_of(found: WaveComparison, key: str):
    return next(one for one in found.scales if one.scale == key)


def reworded(*keys: str) -> Instrument:
    return replace(STAFF, version="8.0.0", items=tuple(
        replace(item, text={language: f"{words} (now)" for language, words in item.text.items()})
        if item.key in keys else item for item in STAFF.items))


def test_a_planted_change_is_found_and_where_nothing_changed_none_is(any_database: Database):
    two_waves(**{BETTER: 2.5})

    found = compared()

    better = scale_of(found, BETTER)
    assert better.verdict == "changed"
    assert better.difference.ci_high < 0
    assert scale_of(found, SAME).verdict == "no_demonstrable_change"
    assert not found.is_linked
    assert "unlinked_conservative" in found.warnings


def test_invariance_is_told_in_one_of_three_words(database: Database):
    two_waves(n=180)

    words = {one.invariance.word for one in compared().scales}

    assert words <= {"shown", "partly", "cannot_be_judged"}
    assert "shown" in words


def test_a_reworded_item_is_flagged_and_the_change_told_without_it_too(database: Database):
    item = STAFF.items_of_construct(BETTER)[0].key
    two_waves(reworded(item), **{BETTER: 2.5})

    better = scale_of(compared(), BETTER)

    assert item in better.flagged
    assert better.difference_without_flagged is not None
    assert better.difference_without_flagged.ci_high < 0


def test_an_item_whose_answers_mean_something_else_now_is_left_out(database: Database):
    item = STAFF.items_of_construct(BETTER)[0]
    turned = replace(STAFF, version="8.0.0", items=tuple(
        replace(one, is_reverse=not one.is_reverse) if one.key == item.key else one for one in STAFF.items))
    two_waves(turned, **{BETTER: 2.5})

    better = scale_of(compared(), BETTER)

    assert item.key in better.refused
    assert item.key not in better.items


def test_twenty_nine_answers_in_a_wave_are_not_compared(database: Database):
    two_waves(n=29)

    found = compared()

    assert {one.verdict for one in found.scales} == {"refused"}
    assert all("too_few_people" in one.reasons for one in found.scales)


def test_units_that_are_hidden_in_a_report_are_not_told_here(database: Database):
    two_waves(n=40)

    counts = [n for share in compared().composition for n in (share.n_first, share.n_second)]

    assert [n for n in counts if 0 < n < 5] == []


def test_one_wave_has_no_change(database: Database):
    with transaction() as session:
        study = create_study(session, TEMPLATE, "two waves")
        close_wave(session, study, get_wave(session, study))
    close_read_session()

    with pytest.raises(Refused, match="fewer than two closed waves"):
        compared()


def test_the_later_wave_cannot_come_first(database: Database):
    two_waves(n=30)
    study = get_study(read_session(), "two waves")

    with pytest.raises(Refused, match="earlier"):
        wave_pair(read_session(), study, "w2", "w1")
    with pytest.raises(NotFound, match="w9"):
        wave_pair(read_session(), study, "w9")


def test_a_comparison_is_kept_once_and_found_for_the_report_of_the_later_wave(any_database: Database):
    two_waves(n=60, **{BETTER: 2.4})
    compared()
    compared()

    study = get_study(read_session(), "two waves")
    assert len(read_session().scalars(select(WaveChange)).all()) == 1
    assert len(changes_since(read_session(), study, get_wave(read_session(), study, "w2"))) == 1
    assert changes_since(read_session(), study, get_wave(read_session(), study, "w1")) == []


@pytest.mark.parametrize(("language", "words"), [
    ("en", ("changed: better", "no proof of what brought it about", "regression to the mean")),
    ("zh", ("有变化：好转", "并不说明其原因", "均值回归"))])
def test_the_report_tells_of_the_change_and_names_regression_to_the_mean(
        database: Database, language: str, words: tuple[str, ...]):
    two_waves(**{BETTER: 2.4})
    compared()
    with transaction() as session:
        study = get_study(session, "two waves")
        diagnosis = rich_diagnosis(TEMPLATE)
        stored = store_diagnosis(session, study, get_wave(session, study, "w2"), diagnosis)

    report = report_content(get_study(read_session(), "two waves"), stored, language)

    told = str(report.section("changes"))
    assert [word for word in words if word not in told] == []


def test_the_command_prints_what_it_found(database: Database, tmp_path: Path, monkeypatch, capsys):
    two_waves(n=60, **{BETTER: 2.2})
    monkeypatch.setenv("SURVEYAPP_DATABASE_URL", database.url)
    monkeypatch.setenv("SURVEYAPP_HOME", str(tmp_path))

    code = run(["wave-change", "two waves", "--first", "w1", "--second", "w2", "--json"])

    document = json.loads(capsys.readouterr().out)
    assert code == 0
    assert document["staff"]["first"] == "w1"
    assert {scale["verdict"] for scale in document["staff"]["scales"]} >= {"changed", "no_demonstrable_change"}
    assert run(["wave-change", "two waves", "--first", "w2"]) == 1
