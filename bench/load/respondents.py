"""Respondents without JavaScript, over HTTP: they read a page, post it and follow."""

from __future__ import annotations

import http.client
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from bench.load.questionnaire import N_PAGES

HIDDEN = re.compile(r'<input type="hidden" name="(:?\w+)" value="([^"]*)"')
LINKED = re.compile(r'(?:href|src)="(/static/[^"]+)"')
HEADERS = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
TIMEOUT_S = 60


@dataclass
class Traffic:
    """What went over one connection."""

    port: int
    page_bytes: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_S)

    def get(self, path: str) -> str:
        """Return the page under the path."""
        status, text, _ = self._request("GET", path)
        assert status == 200, (status, path, text[:300])
        self.page_bytes.append(len(text.encode()))
        return text

    def post(self, path: str, form: dict[str, str]) -> str:
        """Return where the answer leads."""
        status, text, location = self._request("POST", path, urlencode(form))
        assert status == 303, (status, path, text[:300])
        return location

    def close(self) -> None:
        self._connection.close()

    def _request(self, method: str, path: str, body: str | None = None) -> tuple[int, str, str]:
        started = time.perf_counter()
        self._connection.request(method, path, body, HEADERS if body is not None else {})
        reply = self._connection.getresponse()
        text = reply.read().decode()
        self.seconds.append(time.perf_counter() - started)
        return reply.status, text, str(reply.headers["Location"])


def fill_in(traffic: Traffic, link: str) -> None:
    """Fill one questionnaire in: 7 pages read, 6 posted."""
    page = traffic.get(f"/q/{link}")
    address = traffic.post(f"/q/{link}", dict(HIDDEN.findall(page)) | {"consent": "yes"})
    page = traffic.get(address)
    for number in range(N_PAGES):
        form = dict(HIDDEN.findall(page)) | {":deed": "submit" if number == N_PAGES - 1 else "next"}
        form |= dict.fromkeys(form[":seen"].split(","), "4")
        address = traffic.post(address, form)
        page = traffic.get(address)
    assert 'class="value"' in page, "the last page must show the code"


def touch_floor(traffic: Traffic, _link: str) -> None:
    """Ask the floor for as much as one questionnaire asks the application for."""
    traffic.get("/page")
    for _ in range(N_PAGES + 1):
        traffic.post("/page", {f"Q{number}": "4" for number in range(12)})
        traffic.get("/page")


def in_parallel(port: int, link: str, n: int, n_clients: int,
                deed: Callable[[Traffic, str], None]) -> list[Traffic]:
    """Let so many clients do the deed n times in all; raises what went wrong in any of them."""
    clients = [Traffic(port) for _ in range(n_clients)]
    failures: list[BaseException] = []

    def work(client: Traffic, share: int) -> None:
        try:
            for _ in range(share):
                deed(client, link)
        except BaseException as error:
            failures.append(error)
        finally:
            client.close()

    threads = [threading.Thread(target=work, args=(client, len(range(place, n, n_clients))))
               for place, client in enumerate(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures
    return clients


def open_form(traffic: Traffic, link: str) -> None:
    """Open the form as a phone does for the first time: the page with its style sheet, script and icon."""
    for path in LINKED.findall(traffic.get(f"/q/{link}")):
        traffic.get(path.replace("&amp;", "&"))


def open_within(port: int, link: str, n: int, seconds: float) -> list[float]:
    """Let n people open the form at even distances; return how long each waited. Raises if anybody was not served."""
    waited: list[float] = []
    failures: list[BaseException] = []

    def come(at: float) -> None:
        time.sleep(max(0.0, at - time.perf_counter()))
        traffic = Traffic(port)
        try:
            open_form(traffic, link)
            waited.append(time.perf_counter() - at)     # from when the person came, not from when we got round to it
        except BaseException as error:
            failures.append(error)
        finally:
            traffic.close()

    begins = time.perf_counter() + 0.5
    threads = [threading.Thread(target=come, args=(begins + seconds * number / n,)) for number in range(n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, (len(failures), failures[0])
    return sorted(waited)
