"""`surveyapp interviews agreement`, as a shell calls it."""

import json
from pathlib import Path

import pytest

from surveyapp.cli import run
from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.models.round import AgreementResult
from tests.factories import coding as make
from tests.factories import rounds as of


@pytest.fixture
def study(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A closed round over three interviews in which two coders disagree."""
    monkeypatch.setenv("SURVEYAPP_HOME", str(tmp_path))
    monkeypatch.setenv("SURVEYAPP_DATABASE_URL", database.url)
    with transaction() as session:
        of.closed_round(session, make.bank_study(session), 3)
    return "bank"


def test_agreement_is_printed_with_everything_that_belongs_together(study: str, capsys):
    assert run(["interviews", "agreement", study]) == 0

    said = capsys.readouterr().out
    row = next(line for line in said.splitlines() if line.startswith("PRB.INFO"))
    assert "Unit: turn; units: 6; texts: 3; coders: 2 (Ann, Bob)." in said
    assert "2000 resamples of documents, seed 20260101-8" in said
    assert row.split()[1] == "-0.22"
    assert "do not conclude" in row
    assert "Ann 50%, Bob 0%" in row
    assert "Given by nobody, so undefined: SIT" in said


def test_the_same_codings_are_stored_once_and_give_the_same_document(study: str, capsys):
    documents = []
    for _ in range(2):
        assert run(["interviews", "agreement", study, "--unit", "sentence", "--json"]) == 0
        documents.append(json.loads(capsys.readouterr().out))
    close_read_session()

    assert documents[0] == documents[1]
    assert (documents[0]["unit"], documents[0]["seed"]) == ("sentence", [20260101, 8])
    [row] = read_session().query(AgreementResult).all()
    assert row.document == documents[0]


def test_agreement_of_a_round_that_is_not_there_is_refused_in_words(study: str, capsys):
    assert run(["interviews", "agreement", study, "--round", "9"]) == 1
    assert "no round 9" in capsys.readouterr().err
    assert run(["interviews", "agreement", study, "--kind", "answers"]) == 1
    assert "finished by two coders" in capsys.readouterr().err
