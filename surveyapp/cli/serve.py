"""`surveyapp serve` and `surveyapp worker`: the production server and the process that does long work."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from granian.constants import Interfaces
from granian.server import Server

from surveyapp.cli.output import Subparsers, add_command, open_database
from surveyapp.config import LOOPBACK, Config
from surveyapp.errors import Misconfigured, Refused
from surveyapp.queue import prepare_queue

DEFAULT_PORT = 8000
SQLITE_THREADS = 32         # one process, 32 threads: the best p99 measured on SQLite (knowledge of the stack)
POSTGRESQL_THREADS = 8


def add_commands(commands: Subparsers) -> None:
    """Add serve and worker."""
    command = add_command(commands, "serve", "run the production web server", _serve)
    command.add_argument("--host", default="127.0.0.1")
    command.add_argument("--port", type=int, default=DEFAULT_PORT)
    command.add_argument("--workers", type=int, default=1)
    worker = add_command(commands, "worker", "do long work (diagnoses, reports) until stopped", _worker)
    worker.add_argument("--name", default="worker-1", help="keep it stable: a restarted worker goes on with its jobs")


def _serve(options: argparse.Namespace) -> None:
    serve(open_database(), options.host, options.port, options.workers)


def serve(config: Config, host: str, port: int, workers: int = 1) -> None:
    """Serve until stopped, with a worker process beside."""
    if config.is_sqlite and workers > 1:
        raise Refused("SQLite takes one web process.", "Use --workers 1, or PostgreSQL for more.")
    if host not in LOOPBACK and not config.is_secret_given:
        raise Misconfigured("Serving beyond this machine needs SURVEYAPP_SECRET_KEY.",
                            "Set it to 32 or more random characters, the same on every node.")
    server = Server(
        "surveyapp.app:create_app", factory=True, interface=Interfaces.WSGI, address=host, port=port, workers=workers,
        blocking_threads=SQLITE_THREADS if config.is_sqlite else POSTGRESQL_THREADS, log_access=False,
        websockets=False,
    )
    prepare_queue()
    with _worker_process():
        server.serve()


@contextmanager
def _worker_process() -> Iterator[None]:
    """Run a worker beside; it ends with us."""
    process = subprocess.Popen([sys.executable, "-m", "surveyapp", "worker"], env=dict(os.environ))
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


def _worker(options: argparse.Namespace) -> None:
    open_database()
    prepare_queue()
    from surveyapp.jobs.worker import run_worker  # the worker alone needs the job engine running

    run_worker(options.name)
