"""`surveyapp plan`, as a shell calls it: no study is needed, and a study's own figures go in."""

import json
from pathlib import Path

import pytest

from instruments.facts import StudyFacts
from surveyapp.cli import run
from surveyapp.db.session import Database, transaction
from surveyapp.services.study import create_study
from surveyapp.services.template import find_template

FAST = ["--surveys", "2"]


def document(capsys, *arguments: str) -> dict:
    capsys.readouterr()
    assert run(["plan", *arguments, *FAST, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_plan_without_a_study_is_printed_with_all_it_rests_on(capsys):
    assert run(["plan", "--staff", "90", "--customers", "70", "--staff-population", "240", "--response-rate", "0.6",
                "--precision", "0.15", "--links", ".40", "--units", "outlet=40,desk=4", *FAST]) == 0

    said = capsys.readouterr().out
    assert "staff: 90 answers of 240; invite 150 at a response rate of 60%." in said
    assert "a link of 0.40, each problem having one" in said
    assert "a problem of mean 3.0 (the border: a false alarm)" in said
    assert "± 0.15 of a mean takes 82 answers, 137 invitations." in said
    assert "Units with 5 answers or more: 1.0 of 2 expected, 1 too small ever" in said
    assert "customer: 70 answers; invite 117" in said
    theme = next(line for line in said.splitlines() if line.startswith("told by 20% of people, heard from 3"))
    assert theme.split()[-2:] == ["21", "82%"]
    assert "Simulated: 2 surveys of each size, 200 resamples in each (the diagnosis takes 2000), seed 1." in said


def test_the_same_plan_gives_the_same_document(capsys):
    asked = ("--staff", "80", "--links", ".5", "--seed", "7")

    assert document(capsys, *asked) == document(capsys, *asked)
    assert document(capsys, *asked)["seed"] == 7


def test_a_wished_power_is_searched_for(capsys):
    plan = document(capsys, "--staff", "70", "--links", ".8", "--power", "0.6", "--response-rate", "0.5")

    needed = plan["audiences"][0]["needed"][0]
    assert needed["n"] >= 60
    assert needed["invitations"] == 2 * needed["n"]


def test_wished_precisions_are_named_by_figure(capsys):
    staff = document(capsys, "--staff", "70", "--links", ".8", "--precision", "share=.05,alpha=.04")["audiences"][0]

    assert [(size["kind"], size["n"]) for size in staff["sizes"]] == [("share", 381), ("alpha", 259)]


def test_a_lone_link_and_own_assumptions_are_kept_in_the_document(capsys):
    plan = document(capsys, "--staff", "70", "--links", ".8", "--lone", "--reliability", ".9", "--cause-correlation",
                    ".5", "--sd", "1")

    assert plan["audiences"][0]["found"][0]["kind"] == "lone_link"
    assert (plan["assumptions"]["reliability"], plan["assumptions"]["sd"]) == (0.9, 1.0)
    assert plan["audiences"][0]["mean_alpha"] == pytest.approx(0.9, abs=0.03)


def test_a_study_brings_its_people_and_thresholds(database: Database, tmp_path: Path, monkeypatch, capsys):
    monkeypatch.setenv("SURVEYAPP_HOME", str(tmp_path))
    monkeypatch.setenv("SURVEYAPP_DATABASE_URL", database.url)
    with transaction() as session:
        study = create_study(session, find_template("bank_crm"), "branch", facts=StudyFacts(
            population={"staff": 240}, headcount_by_department={"outlet": 86, "it": 18}))
        study.thresholds = {"minimum_group": 10}

    staff = document(capsys, "--staff", "90", "--study", "branch", "--links", ".8")["audiences"][0]

    assert staff["population"] == 240
    assert [(cell["minimum"], cell["n_units"]) for cell in staff["cells"]] == [(10, 2), (20, 2)]


def test_a_questionnaire_without_problems_gets_figures_and_says_what_is_not_simulated(tmp_path: Path, capsys):
    customer = Path("instruments/catalogue/bank_crm/customer.yaml").resolve()

    plan = document(capsys, "--customers", "50", "--staff", "50", "--template", str(customer))

    assert plan["audiences"][0]["warnings"] == ["nothing_to_simulate"]
    assert plan["audiences"][0]["precision"]


@pytest.mark.parametrize(("arguments", "words"), [
    ((), "Nobody is to be asked."), (("--staff", "3"), "3 answers cannot be planned with."),
    (("--staff", "300", "--staff-population", "240"), "300 answers are more than the population of 240."),
    (("--staff", "90", "--response-rate", "0"), "response rate"),
    (("--staff", "90", "--response-rate", "nan"), "response rate"),
    (("--staff", "90", "--links", "1"), "1.0 is not between 0 and 1 (a link)."),
    (("--staff", "90", "--power", "1"), "power"), (("--staff", "90", "--reliability", "0"), "reliability"),
    (("--staff", "90", "--sd", "0"), "planner, sd"), (("--staff", "90", "--seed", "-1"), "-1 is no seed."),
    (("--staff", "90", "--precision", "mode=.1"), "'mode' is no figure"), (("--staff", "90", "--theme", "2"), "theme"),
    (("--staff", "90", "--precision", "0"), "no half-width above 0"),
    (("--staff", "90", "--units", "a=-1"), "headcount"),
    (("--staff", "90", "--template", "absent"), "There is no template 'absent'."),
    (("--staff", "90", "--surveys", "99999"), "out of bounds"),
], ids=[f"case{place}" for place in range(16)])
def test_what_cannot_be_planned_is_refused_in_words(arguments, words, capsys):
    assert run(["plan", *arguments]) == 1

    assert words in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [
    ("--staff", "many"), ("--precision", "fine"), ("--links", ".2,x"), ("--units", "outlet"),
    ("--study", "a", "--template", "b")], ids=["n", "precision", "links", "units", "both"])
def test_a_wrong_call_is_a_matter_of_usage(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        run(["plan", *arguments])

    assert caught.value.code == 2
