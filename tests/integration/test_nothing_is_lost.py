"""A server killed in the middle of its work: every page it answered for is in the database."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.models.response import ResponsePage
from surveyapp.services.response_token import response_key
from tests.factories import questionnaire as make

HEADERS = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
N_CLIENTS = 6
N_PAGES = 150           # answered for before the server is killed


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        try:
            # The port is open before the application behind it is ready, so that only an answer counts.
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
                connection.request("GET", "/withdraw")
                assert connection.getresponse().status == 200
        except OSError:
            assert server.poll() is None, "the server did not start"
            time.sleep(0.1)
        else:
            return
    pytest.fail("the server did not answer within 30 seconds")


def start_server(database: Database, home: Path, port: int) -> subprocess.Popen[bytes]:
    environment = os.environ | {"SURVEYAPP_HOME": str(home), "SURVEYAPP_DATABASE_URL": database.url,
                                "SURVEYAPP_SECRET_KEY": make.SECRET}
    command = [sys.executable, "-m", "granian", "surveyapp.app:create_app", "--factory", "--interface", "wsgi",
               "--port", str(port), "--workers", "1", "--blocking-threads", "8", "--no-ws"]
    return subprocess.Popen(command, env=environment, start_new_session=True, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)


class Client(threading.Thread):
    """Answers questionnaires as fast as it can and notes what the server thanked for."""

    def __init__(self, port: int, link: str) -> None:
        super().__init__(daemon=True)
        self.port, self.link = port, link
        self.thanked: list[tuple[str, str, int]] = []       # response key, section, answer to L1

    def run(self) -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection, \
                suppress(OSError, http.client.HTTPException):       # the server goes, which is the point
            while True:
                self._fill_in(connection)

    def _fill_in(self, connection: http.client.HTTPConnection) -> None:
        connection.request("GET", self.link)
        token = dict(make.HIDDEN.findall(connection.getresponse().read().decode()))["token"]
        assert self._post(connection, self.link, {"token": token, "consent": "yes"}) == 303
        for answer in (1, 2, 3, 4, 5):
            status = self._post(connection, f"/r/{token}/B", {":seen": "L1", ":deed": "next", "L1": str(answer)})
            assert status == 303
            self.thanked.append((response_key(make.SECRET, token), "B", answer))

    def _post(self, connection: http.client.HTTPConnection, path: str, form: dict[str, str]) -> int:
        connection.request("POST", path, urlencode(form), HEADERS)
        reply = connection.getresponse()
        reply.read()
        return reply.status


def work_until(clients: list["Client"], n_pages: int) -> None:
    """Let the clients work until so many pages were answered for, on a busy machine as on an idle one."""
    for client in clients:
        client.start()
    for _ in range(6000):
        if sum(len(client.thanked) for client in clients) >= n_pages:
            return
        time.sleep(0.01)
    pytest.fail(f"{n_pages} pages were not answered within a minute")


def test_a_killed_server_loses_no_page_it_answered_for(any_database: Database, tmp_path: Path):
    with transaction() as session:
        link = f"/q/{make.link_of(session, make.study(session)).token}"
    port = free_port()
    server = start_server(any_database, tmp_path, port)
    try:
        wait_for(port, server)
        clients = [Client(port, link) for _ in range(N_CLIENTS)]
        work_until(clients, N_PAGES)
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
    for client in clients:
        client.join()

    close_read_session()
    stored = {(page.response_key, page.section): page.answers["L1"]
              for page in read_session().scalars(select(ResponsePage))}
    thanked = {}
    for client in clients:
        thanked.update({(key, section): answer for key, section, answer in client.thanked})
    assert len(thanked) > N_CLIENTS
    # A page that arrived without its answer getting out may be newer than the one that was thanked for, never older.
    assert all(stored.get(place, 0) >= answer for place, answer in thanked.items())
