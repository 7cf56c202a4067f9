"""The process that prints: it may use so much memory and time, opens nothing else, and says why it gave up."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from reports.apart import ROOT, Limits, pdf_apart
from reports.pdf import PdfError, missing_system_libraries

pytestmark = pytest.mark.skipif(bool(missing_system_libraries()), reason=missing_system_libraries() or "-")

PAGE = "<html lang='en'><head><title>t</title></head><body>{}</body></html>"
LONG = "".join(f"<table><tr><td>{row}</td><td>{row * 7}</td></tr></table>" for row in range(9000))
# What a stranger may put between the lines of a study; each wants something that is not the report's.
WANTS = {
    "picture": "<img alt='1' src='{}'>",
    "style sheet": "<link rel='stylesheet' href='{}'>",
    "import": "<style>@import url('{}');</style>",
    "background": "<p style=\"background: url('{}')\">x</p>",
    "font": "<style>@font-face {{ font-family: Q; src: url('{}'); }} p {{ font-family: Q }}</style><p>x</p>",
    "attachment": "<a rel='attachment' href='{}'>x</a>",
    "picture in a drawing": "<svg viewBox='0 0 9 9'><title>t</title><image href='{}' width='9' height='9'/></svg>",
    "style sheet of a drawing": "<svg viewBox='0 0 9 9'><title>t</title><style>@import url('{}');</style></svg>",
    "part of a drawing": "<svg viewBox='0 0 9 9'><title>t</title><use href='{}#a'/></svg>",
    "object": "<object data='{}'></object>",
    "marker": "<ul style=\"list-style-image: url('{}')\"><li>x</li></ul>",
    "content": "<style>p::before {{ content: url('{}') }}</style><p>x</p>",
}


def _print(body: str, limits: Limits | None = None) -> bytes:
    document = {"title": "Study", "language": "en", "identifier": "x", "frozen_on": "2026-01-01"}
    return pdf_apart(PAGE.format(body), **document, **({"limits": limits} if limits else {}))


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """A web server that writes down what it was asked for, and its address."""
    paths: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(404)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Keep the test's output clean."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/stolen", paths
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_report_asks_no_server_for_anything(asked: tuple[str, list[str]]) -> None:
    address, paths = asked
    kept = []

    for what, markup in WANTS.items():
        try:
            kept.append((what, _print(markup.format(address))))
        except PdfError:
            continue

    assert paths == []
    assert [what for what, pdf in kept if b"stolen" in pdf and what != "attachment"] == []


def test_a_report_holds_nothing_of_another_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.svg"
    secret.write_text("<svg xmlns='http://www.w3.org/2000/svg'><text>TOPSECRET</text></svg>")
    kept, said = {}, {}

    for what, markup in WANTS.items():
        try:
            kept[what] = _print(markup.format(secret.as_uri()))
        except PdfError as error:
            said[what] = str(error)

    told = ("nothing from outside", "nothing but draw", "warning")
    assert {what: words for what, words in said.items() if not any(reason in words for reason in told)} == {}
    assert [what for what, pdf in kept.items() if b"/EmbeddedFile" in pdf or b"TOPSECRET" in pdf] == []


def test_too_little_memory_is_told_with_what_to_do() -> None:
    with pytest.raises(PdfError, match=r"Study \(en\).*400 MB of memory.*Shorten"):
        _print(LONG, Limits(memory_bytes=400_000_000))


def test_too_much_work_is_told_with_what_to_do() -> None:
    with pytest.raises(PdfError, match=r"longer than 2 s of processor time.*Shorten"):
        _print(LONG, Limits(processor_s=2))


def test_nobody_waits_for_ever() -> None:
    with pytest.raises(PdfError, match=r"longer than 0\.2 s"):
        _print("<p>x</p>", Limits(patience_s=0.2))


@pytest.mark.parametrize("deed", [
    "import socket; socket.create_connection(('127.0.0.1', 9))",
    "import socket; socket.getaddrinfo('example.org', 80)",
    "import subprocess; subprocess.run(['true'])",
    "import os; os.system('true')",
    "open('/etc/passwd')",
    "import os; os.open('/etc/passwd', os.O_RDONLY)",
    "open('{home}/instance.sqlite3')",
    "open('{rooms}/reports/pdf.py', 'a')",
    "import pathlib; pathlib.Path('{home}/x').mkdir()",
    "import os; os.remove('{home}/instance.sqlite3')",
])
def test_the_printing_process_can_do_nothing_else(deed: str, tmp_path: Path) -> None:
    (tmp_path / "instance.sqlite3").write_text("answers")
    code = f"from reports.apart import confine\nconfine()\n{deed.format(home=tmp_path, rooms=ROOT)}"

    done = subprocess.run([sys.executable, "-P", "-c", code], env={**os.environ, "PYTHONPATH": str(ROOT)},
                          capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "PdfError" in done.stderr.splitlines()[-1]
    assert (tmp_path / "instance.sqlite3").read_text() == "answers"


def test_the_printing_process_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = {}

    def look(command: list[str], **options: object) -> subprocess.CompletedProcess[bytes]:
        seen.update(options)
        return subprocess.CompletedProcess(command, 0, b"%PDF", b"")

    monkeypatch.setenv("SURVEYAPP_SECRET_KEY", "very secret")
    monkeypatch.setattr(subprocess, "run", look)

    _print("<p>x</p>")

    assert "very secret" not in str(seen["env"])
