"""The house keeps its plan: file sizes, names, contracts, lint, types."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("surveyapp", "instruments", "analysis", "reports")
LONGEST_FILE = 400
EMPTY_WORDS = {"utils", "util", "helpers", "helper", "manager", "common", "misc", "data2", "stuff"}


def python_files() -> list[Path]:
    folders = (*PACKAGES, "tests", "bench", "migrations")
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)


def test_no_file_is_longer_than_a_reader_can_hold():
    long = {path.relative_to(ROOT): n for path in python_files() if "migrations" not in path.parts
            and (n := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE}

    assert long == {}


def test_no_module_has_a_name_that_says_nothing():
    nameless = [path.relative_to(ROOT) for path in python_files() if path.stem in EMPTY_WORDS]

    assert nameless == []


def test_the_top_level_is_as_drawn():
    drawn = {"surveyapp", "instruments", "analysis", "reports", "migrations", "tests", "docs", "bench", "changelog.d"}

    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    listed = done.stdout.splitlines()
    folders = {name.split("/")[0] for name in listed if "/" in name and not name.startswith(".")}

    assert folders <= drawn


def test_ruff_finds_nothing():
    done = run("ruff", "check", "--no-cache", ".")

    assert done.returncode == 0, done.stdout + done.stderr


def test_mypy_strict_finds_nothing():
    done = run("mypy")

    assert done.returncode == 0, done.stdout + done.stderr


def test_import_contracts_hold():
    done = subprocess.run([str(Path(sys.executable).parent / "lint-imports"), "--no-cache"], cwd=ROOT,
                          capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("module", ["surveyapp.app", "wsgi"])
def test_a_web_worker_imports_nothing_heavy(module: str, tmp_path: Path):
    heavy = ("pandas", "numpy", "scipy", "pingouin", "factor_analyzer", "weasyprint", "pyxform", "sklearn",
             "matplotlib", "openpyxl", "reports.pdf")
    code = f"import sys, {module}; print([name for name in {heavy!r} if name in sys.modules])"

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True,
                          env={"SURVEYAPP_HOME": str(tmp_path), "PATH": "", "PYTHONPATH": str(ROOT)})

    assert done.stdout.strip() == "[]"


def test_the_entry_needs_the_standard_library_only():
    code = "import sys, surveyapp.__main__; print([m for m in ('flask', 'sqlalchemy', 'yaml') if m in sys.modules])"

    done = subprocess.run([sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); {code}"],
                          capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_every_dependency_is_locked_with_hashes():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = [*settings["project"]["dependencies"], *settings["project"]["optional-dependencies"]["test"]]
    names = {_name(line) for line in asked}

    lock = (ROOT / "requirements-test.lock").read_text(encoding="utf-8")
    locked = {_name(line) for line in lock.splitlines() if line and line[0].isalnum()}

    assert names <= locked
    assert "--hash=sha256:" in lock
    assert "http" not in lock


def test_both_locks_name_the_same_versions():
    def versions(name: str) -> dict[str, str]:
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
        return {_name(line): line.split("==")[1].split()[0] for line in lines if line and line[0].isalnum()}

    every, runtime = versions("requirements-test.lock"), versions("requirements.lock")

    assert {name: every.get(name) for name in runtime} == runtime


def _name(line: str) -> str:
    for end in "[<>=;! ":
        line = line.split(end)[0]
    return line.strip().lower().replace("_", "-")
