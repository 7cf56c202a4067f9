"""The built wheel holds everything it needs: installed outside any checkout, it runs the demo."""

import os
import sqlite3
import subprocess
import sys
import venv
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], cwd=ROOT, check=True,
                   capture_output=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_carries_data_migrations_and_licences(wheel: Path):
    names = zipfile.ZipFile(wheel).namelist()

    assert "surveyapp/_migrations/env.py" in names
    assert "instruments/catalogue/bank_crm/staff.yaml" in names
    assert "surveyapp/translations/zh/LC_MESSAGES/messages.mo" in names
    assert any(name.startswith("reports/fonts/") and name.endswith(".ttf") for name in names)
    assert any(name.startswith("reports/fonts/") and "OFL" in name for name in names)
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if name.startswith("tests/")]


def test_the_installed_wheel_runs_the_demo(wheel: Path, tmp_path: Path):
    home = tmp_path / "place"
    venv.create(home, with_pip=False, symlinks=True)
    packages = next((home / "lib").glob("python3*")) / "site-packages"
    zipfile.ZipFile(wheel).extractall(packages)
    # The dependencies are those of the test run; what is tried is that our own package is whole.
    dependencies = next(Path(path) for path in sys.path if path.endswith("site-packages"))
    (packages / "dependencies.pth").write_text(f"{dependencies}\n", encoding="utf-8")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("SURVEYAPP", "PYTHONPATH"))}

    done = subprocess.run(
        [home / "bin" / "python", "-c", "from surveyapp.__main__ import main; main()", "demo", "--no-serve"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "report-en.pdf").stat().st_size > 100_000
    assert (tmp_path / "out" / "report-zh.pdf").stat().st_size > 100_000
    with closing(sqlite3.connect(tmp_path / "instance" / "demo.sqlite3")) as database:
        members = database.execute("select login, role from account join membership on account.id = account_id "
                                   "join study on study.id = study_id where study.name = 'bank'").fetchall()
    assert {("researcher@demo", "administrator"), ("manager@demo", "manager")} <= set(members)
