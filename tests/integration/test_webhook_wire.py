"""Deliveries on the wire: over TLS, to receivers that dawdle, by a real worker."""

import http.server
import os
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path

import pytest
from sqlalchemy import select

from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.jobs import webhook as job
from surveyapp.models.webhook import DELIVERED, WebhookDelivery
from surveyapp.queue import prepare_queue
from surveyapp.services.study import close_wave, get_study, get_wave
from surveyapp.services.webhook import Outcome, add_webhook
from surveyapp.services.webhook_target import find_target
from tests.factories import questionnaire as make
from tests.factories.receiver import Receiver, receiver
from tests.integration.test_jobs import PATIENCE_S, running_worker

LOOPBACK = (ip_network("127.0.0.0/8"),)
SECRET = "k" * 48


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for localhost that nobody trusts, with its key in the same file."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    path = tmp_path / "localhost.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", tmp_path / "key", "-out",
                    path, "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
                   check=True, capture_output=True)
    path.write_bytes(path.read_bytes() + (tmp_path / "key").read_bytes())
    return path


@contextmanager
def over_tls(certificate: Path) -> Iterator[int]:
    """Run a receiver over TLS and yield its port."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(http.server.ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A handshake that the other side breaks off is what is tried here."""

    server = Server(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def ipv4(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let names lead to IPv4 addresses only, where the receivers are."""
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, port, *_more, **_options: real(
        host, port, socket.AF_INET, socket.SOCK_STREAM))


def trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate))


def test_a_certificate_that_nobody_vouches_for_is_refused(certificate: Path, ipv4: None):
    with over_tls(certificate) as port:
        outcome = job.send(find_target(f"https://localhost:{port}/hook", LOOPBACK), b"{}", {})

    assert outcome.status is None
    assert outcome.fault.startswith("The certificate is not valid: self")


def test_the_certificate_must_be_that_of_the_name_though_an_address_is_called(
        certificate: Path, ipv4: None, monkeypatch: pytest.MonkeyPatch):
    context = trusting(certificate)
    monkeypatch.setattr(job.ssl, "create_default_context", lambda: context)
    with over_tls(certificate) as port:
        named = job.send(find_target(f"https://localhost:{port}/hook", LOOPBACK), b"{}", {})
        numbered = job.send(find_target(f"https://127.0.0.1:{port}/hook", LOOPBACK), b"{}", {})

    assert named.status == 204
    assert numbered.status is None
    assert "IP address mismatch" in numbered.fault


def test_a_reply_that_drips_in_for_ever_is_given_up(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(job, "MOST_S", 0.5)
    has_ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as door:

        def drip() -> None:
            guest, _ = door.accept()
            with guest:
                guest.sendall(b"HTTP/1.1 200 OK\r\n")
                while not has_ended.wait(0.05):
                    try:
                        guest.sendall(b"X")
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        outcome = job.send(find_target(f"http://127.0.0.1:{door.getsockname()[1]}/", LOOPBACK), b"{}", {})
        has_ended.set()
        thread.join()

    assert outcome == Outcome(None, job.TOO_SLOW)


@pytest.fixture
def here() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


def test_a_worker_delivers_what_was_told_while_nobody_worked(any_database: Database, here: Receiver, tmp_path: Path,
                                                             monkeypatch: pytest.MonkeyPatch):
    prepare_queue()
    with transaction() as session:
        study = make.study(session)
        add_webhook(session, SECRET, study, here.url, ["wave.closed"], LOOPBACK)
    with transaction() as session:
        found = get_study(session, study.id)
        close_wave(session, found, get_wave(session, found))
    monkeypatch.setitem(os.environ, "SURVEYAPP_WEBHOOK_NETWORKS", "127.0.0.0/8")
    monkeypatch.setitem(os.environ, "SURVEYAPP_SECRET_KEY", SECRET)

    with running_worker(any_database, tmp_path):
        until = time.monotonic() + PATIENCE_S
        while not here.got and time.monotonic() < until:
            time.sleep(0.1)
        while _state() != DELIVERED and time.monotonic() < until:
            time.sleep(0.1)

    assert [lines["user-agent"].partition("/")[0] for lines, _ in here.got] == ["surveyapp"]
    assert _state() == DELIVERED


def _state() -> str:
    close_read_session()
    return read_session().scalars(select(WebhookDelivery.state)).one()
