"""Server CPU for complete responses: 30 items on 5 pages, each page committed before the next is sent.

    python -m bench.collection [--responses 200] [--database URL]

Starts the production server as a child, fills questionnaires in over HTTP with several clients at once, and divides the
web process's CPU time (user + system, all threads) by the number of responses. A figure to reach: 6 ms on a
machine with nothing else to do; a constant page through Flask's test client is measured beside it for comparison.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask

from instruments.facts import StudyFacts
from instruments.schema import AnswerScale, Consent, Instrument, Item, ScalePoint, Section
from instruments.template import StudyTemplate
from instruments.template_loader import load_catalogue_template
from surveyapp.config import read_config
from surveyapp.db.migrate import upgrade
from surveyapp.db.session import Database, close_read_session, read_session, transaction, use_database
from surveyapp.services.progress import wave_progress
from surveyapp.services.study import create_study, get_wave, list_links

N_PAGES, N_ITEMS = 5, 30
HIDDEN = re.compile(r'<input type="hidden" name="(:?\w+)" value="([^"]*)"')
HEADERS = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}


def instrument() -> Instrument:
    """Return a questionnaire of 30 rating items on 5 pages in English and Chinese."""
    points = tuple(ScalePoint(value, {"en": f"Point {value} of five", "zh": f"第{value}级"}) for value in range(1, 6))
    scale = AnswerScale("agree5", "ordinal", points, {"en": "Does not apply", "zh": "不适用"})
    sections = tuple(Section(f"S{page}", "likert", {"en": f"Page {page}", "zh": f"第{page}页"}, is_shuffled=True)
                     for page in range(N_PAGES))
    items = tuple(
        Item(f"Q{number}", f"S{number * N_PAGES // N_ITEMS}", "rating", scale="agree5",
             text={"en": f"Statement {number} about how customers are looked after in our branch.",
                   "zh": f"关于本分行客户维护工作的第{number}条陈述。"})
        for number in range(N_ITEMS))
    return Instrument("bench", "1.0.0", "bench", ("en", "zh"), {"en": "Benchmark", "zh": "基准"}, sections, items,
                      scales=(scale,), consent=Consent({"en": "I agree.", "zh": "同意。"}))


def template() -> StudyTemplate:
    """Return a template with this one questionnaire."""
    from dataclasses import replace

    return replace(load_catalogue_template("bank_crm"), instruments=(instrument(),))


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def fill_in(connection: http.client.HTTPConnection, link: str) -> None:
    """Fill one questionnaire in as a browser without JavaScript does: read a page, post it, follow."""
    page = _get(connection, f"/q/{link}")
    form = dict(HIDDEN.findall(page)) | {"consent": "yes"}
    address = _post(connection, f"/q/{link}", form)
    page, address = _follow(connection, address)
    for number in range(N_PAGES):
        form = dict(HIDDEN.findall(page)) | {":deed": "submit" if number == N_PAGES - 1 else "next"}
        form |= dict.fromkeys(form[":seen"].split(","), "4")
        page, address = _follow(connection, _post(connection, address, form))
    assert 'class="value"' in page, "the last page must show the code"


def _get(connection: http.client.HTTPConnection, path: str) -> str:
    connection.request("GET", path)
    reply = connection.getresponse()
    text = reply.read().decode()
    assert reply.status == 200, (reply.status, path, text[:300])
    return text


def _follow(connection: http.client.HTTPConnection, path: str) -> tuple[str, str]:
    while True:
        connection.request("GET", path)
        reply = connection.getresponse()
        text = reply.read().decode()
        if reply.status != 303:
            return text, path
        path = str(reply.headers["Location"])


def _post(connection: http.client.HTTPConnection, path: str, form: dict[str, str]) -> str:
    connection.request("POST", path, urlencode(form), HEADERS)
    reply = connection.getresponse()
    text = reply.read().decode()
    assert reply.status == 303, (reply.status, text[:300])
    return str(reply.headers["Location"])


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of the process and the children it has."""
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


def constant_page_ms(n: int = 2000) -> float:
    """Return the CPU time of a constant 9 kB page of a bare Flask application: how fast this machine is just now."""
    app = Flask("constant")
    app.add_url_rule("/<name>", view_func=lambda name: "x" * 9000)
    client = app.test_client()
    client.get("/warm")
    before = time.process_time()
    for _ in range(n):
        client.get("/page")
    return 1000 * (time.process_time() - before) / n


def run(n_responses: int, n_clients: int, home: Path, url: str) -> dict[str, float]:
    environment = os.environ | {"SURVEYAPP_HOME": str(home), "SURVEYAPP_DATABASE_URL": url}
    database = Database(read_config(environment).database_url)
    upgrade(database)
    use_database(database)
    with transaction() as session:
        study = create_study(session, template(), f"bench {time.time_ns()}", facts=StudyFacts())
        wave = get_wave(session, study)
        link = list_links(session, wave)[0][0].token
    port = free_port()
    command = [sys.executable, "-m", "surveyapp", "serve", "--port", str(port)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as server:  # noqa: S603 - our own program
        try:
            _wait(port)
            _clients(port, link, 20, n_clients)
            before, started = cpu_seconds(server.pid), time.perf_counter()
            _clients(port, link, n_responses, n_clients)
            took, cpu = time.perf_counter() - started, cpu_seconds(server.pid) - before
        finally:
            server.terminate()
    stored = wave_progress(read_session(), wave)[0].n_submitted
    close_read_session()
    assert stored >= n_responses - 5 + 20, stored       # the count is rounded down while the wave is open
    return {"responses": n_responses, "cpu_ms_per_response": 1000 * cpu / n_responses,
            "responses_per_s": n_responses / took, "constant_page_ms": constant_page_ms()}


def _wait(port: int) -> None:
    for _ in range(200):
        try:
            _get(http.client.HTTPConnection("127.0.0.1", port, timeout=5), "/withdraw")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the server did not start")


def _clients(port: int, link: str, n_responses: int, n_clients: int) -> None:
    failures: list[BaseException] = []

    def work(n: int) -> None:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            for _ in range(n):
                fill_in(connection, link)
        except BaseException as error:
            failures.append(error)
            raise

    shares = [len(range(client, n_responses, n_clients)) for client in range(n_clients)]
    threads = [threading.Thread(target=work, args=(share,)) for share in shares]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--responses", type=int, default=200)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--database", help="URL; default a new SQLite file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = options.database or f"sqlite:///{folder}/bench.sqlite3"
        print(json.dumps(run(options.responses, options.clients, Path(folder), url)))


if __name__ == "__main__":
    main()
