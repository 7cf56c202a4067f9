"""What collecting answers costs: CPU per complete response, many at once, a rush at the opening, a worker's start.

    python -m bench.collection [--responses 200] [--rounds 3] [--database sqlite|postgresql|URL]

Starts the server as `surveyapp serve` does, fills in 30 items on 5 pages over HTTP (7 pages read, 6 posted, each
committed before the answer), and divides the CPU time of the web server (user and system, all threads) by the number of
responses. In turns with it the floor is measured: a constant page for each page read and one durable insert for each
page posted, served the same way. Figures to reach on a machine of one's own: 6 ms for a response, with the floor at
about 2 ms; on a busy or slower machine all of it grows, so that runs are compared by the ratio to the floor and to a
constant page of a bare Flask application (`flask_page_ms`), the yardstick of Python's own speed at the time.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bench.load.machine import (
    application_command,
    cpu_seconds,
    flask_page_ms,
    floor_command,
    free_port,
    machine,
    serving,
    worker_start,
)
from bench.load.questionnaire import template
from bench.load.respondents import fill_in, in_parallel, open_form, open_within, touch_floor
from instruments.facts import StudyFacts
from surveyapp.cli.serve import POSTGRESQL_THREADS, SQLITE_THREADS
from surveyapp.config import read_config
from surveyapp.db.migrate import upgrade
from surveyapp.db.session import Database, close_read_session, read_session, transaction, use_database
from surveyapp.models.response import SUBMITTED, Response
from surveyapp.services.study import create_study, get_wave, list_links
from tests.postgresql import find_binaries, running_server

GOALS = {"cpu_ms": 6.0, "start_s": 1.0, "memory_mb": 120}
N_PARALLEL = 32
N_RUSH, RUSH_S = 500, 10.0
WARM_UP = 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--responses", type=int, default=200, help="in each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--database", default="sqlite,postgresql")
    options = parser.parse_args()
    print(json.dumps({"machine": machine()}))
    for name in options.database.split(","):
        if name == "postgresql" and find_binaries() is None:
            print(json.dumps({"database": name, "skipped": "its test wheel is not installed"}))
            continue
        with tempfile.TemporaryDirectory() as folder, _database(name, Path(folder)) as url:
            figures = run(options, Path(folder), url)
            print(json.dumps({"database": url.partition(":")[0].partition("+")[0], **figures}))


@contextmanager
def _database(name: str, folder: Path) -> Iterator[str]:
    """Give the URL of an empty database that writes through to the disk."""
    if name == "sqlite":
        yield f"sqlite:///{folder}/bench.sqlite3"
    elif name == "postgresql":
        with running_server(is_durable=True) as url:
            yield url
    else:
        yield name


def run(options: argparse.Namespace, home: Path, url: str) -> dict[str, Any]:
    environment = os.environ | {"SURVEYAPP_HOME": str(home), "SURVEYAPP_DATABASE_URL": url}
    database = Database(read_config(environment).database_url)
    upgrade(database)
    use_database(database)
    with transaction() as session:
        study = create_study(session, template(), f"bench {time.time_ns()}", facts=StudyFacts())
        link = list_links(session, get_wave(session, study))[0][0].token
    port, floor_port = free_port(), free_port()
    with serving(application_command(port), port, environment) as server:
        pages = in_parallel(port, link, WARM_UP, 2, fill_in)
        size = round(statistics.mean(size for client in pages for size in client.page_bytes))
        floor = environment | {"BENCH_PAGE_BYTES": str(size)}
        n_threads = SQLITE_THREADS if database.is_sqlite else POSTGRESQL_THREADS
        with serving(floor_command(floor_port, n_threads), floor_port, floor) as bare:
            in_parallel(floor_port, link, WARM_UP, 2, touch_floor)
            figures = _in_turns(options, link, {"response": (server, port, fill_in),
                                                "floor": (bare, floor_port, touch_floor)})
        figures |= _many(port, link) | _rush(port, link)
    stored = read_session().scalar(select(func.count()).select_from(Response).where(Response.state == SUBMITTED))
    close_read_session()
    expected = WARM_UP + options.rounds * options.responses + 4 * N_PARALLEL
    assert stored == expected, (stored, expected)
    figures["worker_start"] = worker_start(environment)
    database.close()
    return figures | {"goals": GOALS}


def _in_turns(options: argparse.Namespace, link: str, servers: dict[str, Any]) -> dict[str, Any]:
    """Measure the application and the floor in turns, so that both have the same share of other people's load."""
    taken: dict[str, list[float]] = {name: [] for name in (*servers, "flask_page")}
    for _ in range(options.rounds):
        taken["flask_page"].append(flask_page_ms())
        for name, (pid, port, deed) in servers.items():
            before = cpu_seconds(pid)
            in_parallel(port, link, options.responses, options.clients, deed)
            taken[name].append(1000 * (cpu_seconds(pid) - before) / options.responses)
    response, floor = statistics.median(taken["response"]), statistics.median(taken["floor"])
    return {"cpu_ms_per_response": round(response, 2), "floor_ms": round(floor, 2), "ratio": round(response / floor, 2),
            "flask_page_ms": round(statistics.median(taken["flask_page"]), 3),
            "rounds": {name: [round(value, 2) for value in values] for name, values in taken.items()}}


def _many(port: int, link: str) -> dict[str, Any]:
    """Let 32 people fill in at once, four questionnaires each, without an error."""
    started = time.perf_counter()
    clients = in_parallel(port, link, 4 * N_PARALLEL, N_PARALLEL, fill_in)
    took = time.perf_counter() - started
    seconds = sorted(value for client in clients for value in client.seconds)
    return {"parallel": {"people": N_PARALLEL, "errors": 0, "responses_per_s": round(4 * N_PARALLEL / took, 1),
                         **_spread(seconds)}}


def _rush(port: int, link: str) -> dict[str, Any]:
    """Let 500 people open the form within 10 s, each with style sheet, script and icon."""
    in_parallel(port, link, 4, 2, open_form)
    return {"rush": {"people": N_RUSH, "within_s": RUSH_S, "not_served": 0,
                     **_spread(open_within(port, link, N_RUSH, RUSH_S))}}


def _spread(seconds: list[float]) -> dict[str, float]:
    return {"p50_ms": round(1000 * seconds[len(seconds) // 2], 1),
            "p99_ms": round(1000 * seconds[len(seconds) * 99 // 100], 1), "max_ms": round(1000 * seconds[-1], 1)}


if __name__ == "__main__":
    main()
