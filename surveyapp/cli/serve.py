"""`surveyapp serve` and `surveyapp worker`: the production server and the process that does long work."""

from __future__ import annotations

import argparse
import os
import socket
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
LARGEST_PORT = 65_535
SQLITE_THREADS = 32         # one process, 32 threads: the best p99 measured on SQLite (knowledge of the stack)
POSTGRESQL_THREADS = 8


def add_commands(commands: Subparsers) -> None:
    """Add serve and worker."""
    command = add_command(commands, "serve", "run the production web server", _serve)
    command.add_argument("--host", default="127.0.0.1")
    command.add_argument("--port", type=port_number, default=DEFAULT_PORT)
    command.add_argument("--workers", type=int, default=1)
    worker = add_command(commands, "worker", "do long work (diagnoses, reports) until stopped", _worker)
    worker.add_argument("--name", default="worker-1", help="keep it stable: a restarted worker goes on with its jobs")


def port_number(text: str) -> int:
    """Return the number of a port; argparse turns the error into wrong usage."""
    number = int(text)
    if not 0 < number <= LARGEST_PORT:
        raise argparse.ArgumentTypeError(f"{text} is not a port from 1 to {LARGEST_PORT}")
    return number


def _check_port_is_free(host: str, port: int) -> None:
    """Refuse a port that another program listens on; the server itself would only fail later, and less clearly."""
    kind, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(kind, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            raise Refused("The server cannot listen on {host}, port {port}: {words}.", "Choose another with --port.",
                          host=host, port=port, words=error.strerror) from None


def _serve(options: argparse.Namespace) -> None:
    serve(open_database(), options.host, options.port, options.workers)


def serve(config: Config, host: str, port: int, workers: int = 1) -> None:
    """Serve until stopped, with a worker process beside."""
    if config.is_sqlite and workers > 1:
        raise Refused("SQLite takes one web process.", "Use --workers 1, or PostgreSQL for more.")
    if host not in LOOPBACK and not config.is_secret_given:
        raise Misconfigured("Serving beyond this machine needs SURVEYAPP_SECRET_KEY.",
                            "Set it to 32 or more random characters, the same on every node.")
    _check_port_is_free(host, port)
    server = Server(
        "surveyapp.app:create_served_app", factory=True, interface=Interfaces.WSGI, address=host, port=port,
        workers=workers,
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
