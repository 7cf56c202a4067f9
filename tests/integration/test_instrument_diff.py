"""`surveyapp instrument diff` on files and on a study's versions."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from instruments.loader import dump_instrument
from surveyapp.cli import run
from surveyapp.db.session import close_read_session, transaction
from surveyapp.services.publication import publish_version
from surveyapp.services.study import get_study
from tests.factories import questionnaire as make
from tests.factories.questionnaire import both


def changed():
    base = make.instrument()
    items = tuple(replace(item, text=both("Said otherwise")) if item.key == "L1" else
                  replace(item, unit="hours") if item.key == "SHARE" else item for item in base.items)
    return replace(base, version="2.0.0", items=items)


def test_two_files_are_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    old, new = tmp_path / "old.yaml", tmp_path / "new.yaml"
    old.write_text(dump_instrument(make.instrument()), encoding="utf-8")
    new.write_text(dump_instrument(changed()), encoding="utf-8")

    assert run(["instrument", "diff", str(old), str(new)]) == 0
    printed = capsys.readouterr().out
    assert "Said otherwise" in printed
    assert "NOT comparable" in printed
    assert run(["instrument", "diff", str(old), str(new), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["judgement"] == "not_comparable"
    assert {(change["key"], change["what"], change["judgement"]) for change in document["changes"]} >= {
        ("L1", "wording", "check"), ("SHARE", "unit", "not_comparable")}
    assert run(["instrument", "diff", str(old), str(old)]) == 0
    assert "no difference" in capsys.readouterr().out


def test_two_versions_of_a_study_are_compared(database, monkeypatch: pytest.MonkeyPatch,
                                              capsys: pytest.CaptureFixture[str]):
    monkeypatch.setenv("SURVEYAPP_DATABASE_URL", database.url)
    with transaction() as session:
        make.study(session, "small")
        publish_version(session, get_study(session, "small"), changed(), has_seen_warnings=True)
    close_read_session()

    assert run(["instrument", "diff", "staff@1.0.0", "staff", "--study", "small"]) == 0
    assert "other unit" in capsys.readouterr().out
    assert run(["instrument", "diff", "staff@1.0.0", "staff@7", "--study", "small"]) == 1
    assert "has no version" in capsys.readouterr().err
