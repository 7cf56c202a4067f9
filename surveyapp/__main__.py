"""Entry: in a checkout, make the environment from the hash lock and run inside it; in a wheel, run at once.

Standard library only, because it runs before anything is installed. The outer pip installs into the new environment
from outside, so neither ensurepip nor any other system package is needed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
ENVIRONMENT = CHECKOUT / ".venv"
LOCK = CHECKOUT / "requirements.lock"
TEST_LOCK = CHECKOUT / "requirements-test.lock"
NEEDED = (3, 11)


def main() -> None:
    """Run the command line, after setting up where this is a checkout."""
    if LOCK.exists() and Path(sys.prefix).resolve() != ENVIRONMENT.resolve():
        _set_up(TEST_LOCK if sys.argv[1:2] == ["test"] else LOCK)
        python = _environment_python()
        os.execv(python, [str(python), "-m", "surveyapp", *sys.argv[1:]])  # noqa: S606 - our own interpreter
    if LOCK.exists() and sys.argv[1:2] == ["test"]:
        _set_up(TEST_LOCK)
    # On a busy machine BLAS with many threads was measured to take ten times as long.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from surveyapp.cli import run  # only now are the packages it needs installed

    sys.exit(run(sys.argv[1:]))


def _environment_python() -> Path:
    return ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _stamp(lock: Path) -> Path:
    return ENVIRONMENT / f"{lock.stem}.sha256"


def _is_current(lock: Path) -> bool:
    stamp = _stamp(lock)
    return stamp.exists() and stamp.read_text(encoding="ascii") == _hash(lock)


def _hash(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def _set_up(lock: Path) -> None:
    """Make the environment hold exactly what the lock names; does nothing when it does already."""
    if _environment_python().exists() and (_is_current(lock) or (lock == LOCK and _is_current(TEST_LOCK))):
        return
    if sys.version_info[:2] != NEEDED:
        sys.exit("surveyapp needs Python 3.11; this is {}.{}. Start it with python3.11.".format(*sys.version_info[:2]))
    print(f"Setting up {ENVIRONMENT.name} from {lock.name} (once; some minutes with a slow line) …", flush=True)
    if not _environment_python().exists():
        venv.create(ENVIRONMENT, with_pip=False)
    _install(lock)
    for other in (LOCK, TEST_LOCK):
        _stamp(other).unlink(missing_ok=True)
    _stamp(lock).write_text(_hash(lock), encoding="ascii")


def _outer_python() -> str:
    """Return the interpreter the environment was made from: it has pip, the environment has none."""
    return str(getattr(sys, "_base_executable", sys.executable))


def _install(lock: Path) -> None:
    uv = shutil.which("uv")
    python = str(_environment_python())
    if uv:
        command = [uv, "pip", "install", "--quiet", "--python", python]
    else:
        command = [_outer_python(), "-m", "pip", "--python", python, "install", "--quiet", "--no-input",
                   "--disable-pip-version-check", "--no-warn-script-location"]
    done = subprocess.run([*command, "--require-hashes", "--no-deps", "-r", str(lock)], check=False)  # noqa: S603 - fixed
    if done.returncode != 0:
        sys.exit("The packages could not be installed (see above). surveyapp needs pip 22.3 or newer, or uv, "
                 "and a package index it can reach. Nothing else was changed; run the same command again.")


if __name__ == "__main__":
    main()
