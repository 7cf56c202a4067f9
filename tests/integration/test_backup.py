"""A backup is one checked file; restoring it changes all or nothing, and never what nobody agreed to."""

import json
import os
import shutil
import sqlite3
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import text

from surveyapp.cli import run
from surveyapp.db.migrate import current_revision, head_revision
from surveyapp.db.session import Database, use_database
from surveyapp.services.account import add_account
from surveyapp.services.backup import MANIFEST
from tests.postgresql import SERVER, find_binaries

SECRET_A, SECRET_B = "a" * 40, "b" * 40


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "secret").write_text(SECRET_A, encoding="utf-8")
    (folder / "secret").chmod(0o600)
    monkeypatch.setenv("SURVEYAPP_HOME", str(folder))
    monkeypatch.delenv("SURVEYAPP_SECRET_KEY", raising=False)
    return folder


@pytest.fixture
def url(any_database_url: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The database of the settings, with one login in it; PostgreSQL's programs are those of the test's server."""
    binaries = find_binaries()
    if binaries is not None:
        monkeypatch.setenv("PATH", f"{binaries / SERVER / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("SURVEYAPP_DATABASE_URL", any_database_url)
    add_login(any_database_url, "first@bank")
    return any_database_url


def add_login(url: str, login: str) -> None:
    database = Database(url)
    use_database(database)
    with database.transaction() as session:
        add_account(session, login, "Somebody", "researcher", "a long enough password")
    database.close()
    use_database(None)


def logins(url: str) -> list[str]:
    database = Database(url)
    with database.engine.connect() as connection:
        found = sorted(connection.scalars(text("SELECT login FROM account")))
    database.close()
    return found


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_was_backed_up_is_there_again_after_a_restore(url: str, tmp_path: Path) -> None:
    assert run(["backup", str(tmp_path / "b.zip")]) == 0
    add_login(url, "second@bank")

    code = run(["restore", str(tmp_path / "b.zip"), "--replace"])

    assert code == 0
    assert logins(url) == ["first@bank"]
    database = Database(url)
    with database.engine.connect() as connection:
        assert current_revision(connection) == head_revision()
    database.close()


def test_a_database_in_which_something_is_stays_unless_somebody_agrees(
        url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["backup", str(tmp_path / "b.zip")])
    add_login(url, "second@bank")

    code = run(["restore", str(tmp_path / "b.zip")])

    assert code == 1
    assert "--replace" in capsys.readouterr().err
    assert logins(url) == ["first@bank", "second@bank"]


def test_a_backup_restores_into_an_empty_place(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(["backup", str(tmp_path / "b.zip")])
    if url.startswith("sqlite"):
        other = f"sqlite:///{tmp_path / 'new' / 'other.sqlite3'}"
    else:
        other = url
        database = Database(url)
        with database.engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        database.close()
    monkeypatch.setenv("SURVEYAPP_DATABASE_URL", other)

    assert run(["restore", str(tmp_path / "b.zip")]) == 0
    assert logins(other) == ["first@bank"]


@pytest.mark.parametrize("part", ["content", "manifest", "end"])
def test_a_damaged_backup_changes_nothing(
        url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], part: str) -> None:
    good, bad = tmp_path / "b.zip", tmp_path / "bad.zip"
    run(["backup", str(good)])
    spoil(good, bad, part)

    code = run(["restore", str(bad), "--replace"])

    assert code == 1
    assert "no backup, or a damaged one" in capsys.readouterr().err
    assert logins(url) == ["first@bank"]


def spoil(good: Path, bad: Path, part: str) -> None:
    """Write the backup with one byte of its content changed, with another list of contents, or cut off."""
    if part == "end":
        bad.write_bytes(good.read_bytes()[:-200])
        return
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(bad, "w") as target:
        manifest = json.loads(source.read(MANIFEST))
        content = bytearray(source.read(manifest["name"]))
        if part == "content":
            content[len(content) // 2] ^= 1
        else:
            manifest["sha256"] = "0" * 64
        target.writestr(manifest["name"], bytes(content))
        target.writestr(MANIFEST, json.dumps(manifest))


def test_a_backup_of_a_newer_program_is_refused(
        url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, newer = tmp_path / "b.zip", tmp_path / "newer.zip"
    run(["backup", str(good)])
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(newer, "w") as target:
        manifest = json.loads(source.read(MANIFEST)) | {"revision": "9999"}
        target.writestr(manifest["name"], source.read(manifest["name"]))
        target.writestr(MANIFEST, json.dumps(manifest))

    assert run(["restore", str(newer), "--replace"]) == 1
    assert "newer version" in capsys.readouterr().err
    assert logins(url) == ["first@bank"]


def test_a_database_that_somebody_has_open_is_not_exchanged(
        url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["backup", str(tmp_path / "b.zip")])
    database = Database(url)
    with database.engine.connect() as reader:
        reader.execute(text("SELECT count(*) FROM account"))

        code = run(["restore", str(tmp_path / "b.zip"), "--replace"])

    database.close()
    assert code == 1
    assert "Stop the server" in capsys.readouterr().err
    assert logins(url) == ["first@bank"]


def test_no_secret_is_in_a_backup_and_keys_go_elsewhere(
        url: str, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    beside = run(["backup", str(tmp_path / "b.zip"), "--keys", str(tmp_path / "keys.json")])
    (tmp_path / "elsewhere").mkdir()
    apart = run(["backup", str(tmp_path / "b.zip"), "--keys", str(tmp_path / "elsewhere" / "keys.json")])

    assert (beside, apart) == (1, 0)
    assert "beside the backup" in capsys.readouterr().err
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        assert all(SECRET_A.encode() not in archive.read(name) for name in archive.namelist())
    keys = tmp_path / "elsewhere" / "keys.json"
    assert json.loads(keys.read_text(encoding="utf-8"))["secret"] == SECRET_A
    assert {path.stat().st_mode & 0o777 for path in (keys, tmp_path / "b.zip")} == {0o600}


def test_keys_come_back_with_the_backup_they_belong_to(
        url: str, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "elsewhere").mkdir()
    keys = tmp_path / "elsewhere" / "keys.json"
    run(["backup", str(tmp_path / "b.zip"), "--keys", str(keys)])
    (home / "secret").write_text(SECRET_B, encoding="utf-8")

    without = run(["restore", str(tmp_path / "b.zip"), "--replace"])
    said = capsys.readouterr().out
    code = run(["restore", str(tmp_path / "b.zip"), "--replace", "--keys", str(keys)])

    assert (without, code) == (0, 0)
    assert "another secret" in said
    assert (home / "secret").read_text(encoding="utf-8") == SECRET_A
    aside = next(path for path in home.iterdir() if path.name.startswith("secret.before-"))
    assert aside.read_text(encoding="utf-8") == SECRET_B


def test_keys_of_another_server_are_refused(
        url: str, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["backup", str(tmp_path / "b.zip")])
    other = {"format": 1, "secret": SECRET_B, "site_key": None, "key": ""}
    (tmp_path / "keys.json").write_text(json.dumps(other), encoding="utf-8")

    assert run(["restore", str(tmp_path / "b.zip"), "--replace", "--keys", str(tmp_path / "keys.json")]) == 1
    assert "not those of this backup" in capsys.readouterr().err
    assert (home / "secret").read_text(encoding="utf-8") == SECRET_A


def test_nothing_unfinished_is_left_beside_a_backup(url: str, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()

    run(["backup", str(folder / "b.zip")])
    again = run(["backup", str(folder / "b.zip")])

    assert again == 1
    assert names(folder) == ["b.zip"]


def test_a_backup_of_sqlite_holds_no_deleted_row_and_the_one_replaced_is_kept(
        sqlite_url: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SURVEYAPP_DATABASE_URL", sqlite_url)
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA secure_delete = OFF")
        connection.execute("CREATE TABLE told (words TEXT)")
        connection.execute("INSERT INTO told VALUES ('a-sentence-that-was-deleted')")
        connection.commit()
        connection.execute("DELETE FROM told")
    connection.close()

    run(["backup", str(tmp_path / "b.zip")])
    run(["restore", str(tmp_path / "b.zip"), "--replace"])

    assert b"a-sentence-that-was-deleted" not in path.read_bytes()
    assert any(one.startswith(f"{path.name}.before-") for one in names(path.parent))


def test_without_postgresqls_programs_the_message_names_the_package(
        postgresql_url: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("SURVEYAPP_DATABASE_URL", postgresql_url)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert run(["backup", str(tmp_path / "b.zip")]) == 1
    assert "postgresql-client" in capsys.readouterr().err
    assert not (tmp_path / "b.zip").exists()


# ---- check ----------------------------------------------------------------------------------------------------------
def checked(capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, str]]:
    capsys.readouterr()
    code = run(["check", "--json"])
    return code, {row["what"]: row["state"] for row in json.loads(capsys.readouterr().out)["checked"]}


def test_a_sound_installation_passes(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, states = checked(capsys)

    assert code == 0
    assert set(states) >= {"database", "layout", "promises", "sealed names", "secret", "left over", "disk", "fonts",
                           "system packages"}
    assert set(states.values()) == {"good"}


def test_a_missing_promise_and_a_readable_secret_need_a_hand(
        url: str, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = Database(url)
    with database.engine.begin() as connection:
        is_sqlite = url.startswith("sqlite")
        connection.execute(text("DROP TRIGGER keep_promise" + ("" if is_sqlite else " ON questionnaire_link")))
    database.close()
    (home / "secret").chmod(0o644)

    code, states = checked(capsys)

    assert code == 1
    assert (states["promises"], states["secret"]) == ("bad", "bad")


def test_a_layout_behind_the_program_is_told_and_not_changed(
        url: str, capsys: pytest.CaptureFixture[str]) -> None:
    database = Database(url)
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))

    code, states = checked(capsys)

    with database.engine.connect() as connection:
        assert current_revision(connection) == "0001"
    database.close()
    assert (code, states["layout"]) == (1, "bad")


def test_what_lies_about_is_named(
        sqlite_url: str, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("SURVEYAPP_DATABASE_URL", sqlite_url)
    shutil.copy(sqlite_url.removeprefix("sqlite:///"), home / "surveyapp.sqlite3.before-20260101T000000")
    (home / "gone.sqlite3-wal").touch()

    code, states = checked(capsys)

    assert (code, states["left over"]) == (0, "notice")


def test_a_damaged_database_is_told(
        sqlite_url: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("SURVEYAPP_DATABASE_URL", sqlite_url)
    connection = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("CREATE TABLE kin (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES kin (id))")
    connection.execute("INSERT INTO kin VALUES (1, 7)")
    connection.close()

    code, states = checked(capsys)

    assert (code, states["database"]) == (1, "bad")
    assert run(["backup", str(tmp_path / "b.zip")]) == 1
    assert not (tmp_path / "b.zip").exists()


def test_a_home_without_a_database_is_told_and_stays_without(
        home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("SURVEYAPP_DATABASE_URL", raising=False)

    code, states = checked(capsys)

    assert (code, states["database"]) == (1, "bad")
    assert names(home) == ["secret"]
