"""The commands of a sealed transfer, as two administrators call them on two machines."""

from collections.abc import Callable
from pathlib import Path

import pytest

from surveyapp.cli import run
from surveyapp.db.session import use_database


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str],
       sqlite_template: Path) -> Callable[..., tuple[int, str, str]]:
    """Run a command at one of two sites, each with a home and a database of its own."""
    monkeypatch.delenv("SURVEYAPP_DATABASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)

    def call(site: str, *arguments: object) -> tuple[int, str, str]:
        home = tmp_path / site
        if not home.exists():
            home.mkdir()
            (home / "surveyapp.sqlite3").write_bytes(sqlite_template.read_bytes())
        monkeypatch.setenv("SURVEYAPP_HOME", str(home))
        capfd.readouterr()
        code = run([str(argument) for argument in arguments])
        use_database(None)
        said = capfd.readouterr()
        return code, said.out, said.err

    return call


def test_two_sites_exchange_lines_and_one_receives_the_answers(at, tmp_path: Path):
    for site in ("bank", "internet"):
        at(site, "study", "create", "bank_crm", "--name", "branch")
        (tmp_path / f"{site}.txt").write_text(at(site, "responses", "site-key")[1], encoding="utf-8")
    (tmp_path / "answers.csv").write_text("respondent_id,GOA1,GOA2\nr1,4,2\nr2,5,1\n", encoding="utf-8")
    at("internet", "responses", "import", "branch", "staff", "answers.csv")
    refused = at("internet", "responses", "seal", "branch", "staff", "--for", "bank.txt", "-o", "package")
    close(at, "internet")

    sealed = at("internet", "responses", "seal", "branch", "staff", "--for", "bank.txt", "-o", "package")
    taken = at("bank", "responses", "unseal", "branch", "staff", "package", "--from", "internet.txt")
    again = at("bank", "responses", "unseal", "branch", "staff", "package", "--from", "internet.txt")
    wrong = at("bank", "responses", "unseal", "branch", "staff", "package", "--from", "bank.txt")

    assert refused[0] == 1
    assert "still open" in refused[2]
    assert sealed[1].startswith("Sealed 2 responses for ")
    assert taken[1].startswith("Took over 2 responses")
    assert again[1].startswith("Took over 0 responses")
    assert again[1].rstrip().endswith("2 were here already.")
    assert wrong[0] == 1
    assert "not signed by" in wrong[2]


def close(at, site: str) -> None:
    """Close the wave, which is done on a page; the command line is only told to open the database first."""
    from surveyapp.cli.output import open_database
    from surveyapp.db.session import transaction
    from surveyapp.services.study import close_wave, get_study, get_wave

    at(site, "study", "list")
    open_database()
    with transaction() as session:
        study = get_study(session, "branch")
        close_wave(session, study, get_wave(session, study))
    use_database(None)
