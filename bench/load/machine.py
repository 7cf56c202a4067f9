"""Servers as children, the CPU time they use, and what machine and versions the figures are from."""

from __future__ import annotations

import os
import platform
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from flask import Flask

START = (
    "import resource, time; before = time.process_time(), time.perf_counter(); from surveyapp.app import create_app; "
    "create_app(); print(time.process_time() - before[0], time.perf_counter() - before[1], "
    "resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def serving(command: list[str], port: int, environment: Mapping[str, str]) -> Iterator[int]:
    """Run a server and give its process number."""
    with subprocess.Popen(command, env=dict(environment), stdout=subprocess.DEVNULL,  # noqa: S603 - our own commands
                          stderr=subprocess.DEVNULL) as server:
        try:
            _wait(port, server)
            yield server.pid
        finally:
            server.terminate()


def application_command(port: int) -> list[str]:
    """Return how the application is served in earnest."""
    return [sys.executable, "-m", "surveyapp", "serve", "--port", str(port)]


def floor_command(port: int, n_threads: int) -> list[str]:
    """Return how the floor is served: as the application, with as many threads."""
    return [sys.executable, "-m", "granian", "bench.load.floor:application", "--factory", "--interface", "wsgi",
            "--port", str(port), "--workers", "1", "--blocking-threads", str(n_threads), "--no-ws"]


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=2).close()
        except OSError:
            if server.poll() is not None:
                break
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the server did not start")


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of the web server's processes: user and system, all threads."""
    ticks = 0
    for process in [pid, *_children(pid)]:
        fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [int(child) for child in (task / "children").read_text(encoding="ascii").split()]
    # The worker for long jobs runs beside the web server and has no part in answering.
    found = [child for child in found if b"worker" not in Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")]
    return found + [grandchild for child in found for grandchild in _children(child)]


def flask_page_ms(n: int = 500) -> float:
    """Return the CPU time of a constant page of a bare Flask application: how fast Python is here just now."""
    app = Flask("constant")
    app.add_url_rule("/<name>", view_func=lambda name: "x" * 9000)
    client = app.test_client()
    client.get("/warm")
    before = time.process_time()
    for _ in range(n):
        client.get("/page")
    return 1000 * (time.process_time() - before) / n


def worker_start(environment: Mapping[str, str]) -> dict[str, float]:
    """Return what starting a web worker takes; the best of three, as others use the machine too."""
    runs = [subprocess.run([sys.executable, "-c", START], env=dict(environment),  # noqa: S603 - our own command
                           check=True, capture_output=True, text=True).stdout.split() for _ in range(3)]
    cpu, wall, memory = (min(float(value) for value in column) for column in zip(*runs, strict=True))
    return {"cpu_s": round(cpu, 2), "wall_s": round(wall, 2), "memory_mb": round(memory)}


def machine() -> dict[str, str]:
    """Return the machine and the versions that matter."""
    packages = ("flask", "werkzeug", "sqlalchemy", "psycopg", "granian")
    return {"cpu": _cpu_name(), "cores": str(os.cpu_count()), "load": f"{os.getloadavg()[0]:.1f}",
            "python": platform.python_version(), "sqlite": sqlite3.sqlite_version,
            **{name: version(name) for name in packages}}


def _cpu_name() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
