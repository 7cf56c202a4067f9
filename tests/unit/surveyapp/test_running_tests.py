"""`surveyapp test` spreads the tests over the processors; whoever asks for something else gets that."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from surveyapp.cli.test import SPREAD, spread

SMALL = """
def test_one():
    pass

def test_two():
    pass
"""
HANGING = """
import time

def test_that_hangs():
    time.sleep(600)

def test_after_it():
    pass
"""


@pytest.mark.parametrize("arguments", [[], ["-q", "-x", "tests/unit"], ["-k", "wave"], ["--lf"]])
def test_tests_are_spread_over_the_processors(arguments: list[str]):
    assert spread(arguments) == SPREAD


@pytest.mark.parametrize("arguments", [["-s"], ["--capture=no", "tests/unit"], ["--pdb"], ["-p", "no:xdist"]])
def test_whoever_watches_the_output_or_debugs_gets_one_process(arguments: list[str]):
    assert spread(arguments) == ()


@pytest.mark.parametrize(("own", "is_spread"), [([], True), (["-n", "0"], False)], ids=["by default", "-n 0"])
def test_a_number_of_processes_named_by_the_user_wins(tmp_path: Path, own: list[str], is_spread: bool):
    (tmp_path / "test_small.py").write_text(SMALL, encoding="utf-8")

    told = run_pytest(tmp_path, *spread(own), *own, PYTEST_XDIST_AUTO_NUM_WORKERS="2")

    assert "2 passed" in told
    assert ("2 workers" in told) is is_spread


def test_a_test_that_hangs_fails_where_it_hangs_and_the_run_goes_on(tmp_path: Path):
    (tmp_path / "test_hanging.py").write_text(HANGING, encoding="utf-8")

    told = run_pytest(tmp_path, "-n", "1", "--timeout", "3", "--timeout-method", "signal")

    assert "1 failed, 1 passed" in told
    assert ">       time.sleep(600)\nE       Failed: Timeout" in told


def run_pytest(folder: Path, *arguments: str, **environment: str) -> str:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments, str(folder)]
    done = subprocess.run(command, cwd=folder, env={**_environment(), **environment}, capture_output=True, text=True,
                          check=False)
    return done.stdout + done.stderr


def _environment() -> dict[str, str]:
    """Return the environment without what this test's own run has put there."""
    return {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "COV"))}
