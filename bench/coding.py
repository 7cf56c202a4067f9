"""Time the coding screen: opening a long interview with many codings, and adding one.

Run with `python -m bench.coding`; prints milliseconds on the server, median of several requests.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from flask.testing import FlaskClient

from instruments.template_loader import load_catalogue_template
from surveyapp.app import create_app
from surveyapp.config import Config
from surveyapp.db.migrate import upgrade
from surveyapp.db.session import Database, transaction, use_database
from surveyapp.services.account import add_account, add_member
from surveyapp.services.coding import apply_code
from surveyapp.services.interview import InterviewLog, current_version, import_interview
from surveyapp.services.segment import Passage
from surveyapp.services.study import create_study

N_CHARACTERS = 100_000
N_CODINGS = 1_000
N_TIMES = 15
PASSWORD = "a long enough password"  # noqa: S105 - of a database that lives for this run only
QUESTION = "问：您是怎么发现的？后来这件事又是怎么处理的？\n"
ANSWER = "客户的信息分散在五个系统里，我们只能自己拿表格拼，因为各条线的系统互相不通，后来也没有人管。"
LINE = f"{QUESTION}答：{ANSWER * 7}\n"      # about 180 characters a turn, as in the real interviews we have
CODES = ("PRB.INFO", "CAU.TECH", "SIT.PROC", "PRB.EFFECT", "SUG.INFO")


def prepare(home: Path) -> tuple[FlaskClient, str, dict[str, str]]:
    """Return a logged-in client, the interview's address and the words of the text for one more coding."""
    url = f"sqlite:///{home / 'bench.sqlite3'}"
    database = Database(url)
    upgrade(database)
    use_database(database)
    with transaction() as session:
        study = create_study(session, load_catalogue_template("bank_crm"), "bench")
        coder = add_account(session, "ann", "Ann", "coder", PASSWORD)
        add_member(session, study, coder)
        interview = import_interview(
            session, study, filename="long.txt", content=(LINE * (N_CHARACTERS // len(LINE) + 1)).encode(),
            log=InterviewLog(role="relationship_manager", audience="staff", has_consent=True, language="zh"))
        version = current_version(session, interview)
        assert version is not None
        step = len(version.text) // N_CODINGS
        for number in range(N_CODINGS):
            start = number * step
            end = start + 20 + number % 90      # many overlap their neighbours
            passage = Passage(start, end, version.text[start:end], version.sha256)
            apply_code(session, study, interview, coder, passage, CODES[number % len(CODES)])
        words = {"version": version.sha256, "text": version.text}
        address = f"/studies/{study.id}/interviews/{interview.id}"
    database.close_read_session()
    app = create_app(Config(database_url=url, home=home, secret_key="b" * 40, is_testing=True))
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    client.post("/login", data={"login": "ann", "password": PASSWORD})
    return client, address, words


def milliseconds(deed: Callable[[int], None]) -> float:
    """Return the median time of the deed; the first run warms up and does not count."""
    deed(0)
    times = []
    for number in range(1, N_TIMES + 1):
        began = time.perf_counter()
        deed(number)
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        client, address, words = prepare(Path(folder))

        def show(_number: int) -> None:
            assert client.get(address).status_code == 200

        def add(number: int) -> None:
            start = 50_000 + 7 * number
            reply = client.post(f"{address}/codings", headers={"X-Fragment": "1"}, data={
                "start": start, "end": start + 15, "quote": words["text"][start:start + 15],
                "version": words["version"], "code": "PRB.INFO.LINK", "polarity": "supports"})
            assert reply.status_code == 200

        size = len(client.get(address).data) // 1024
        print(f"open {len(words['text']):,} characters with {N_CODINGS:,} codings: {milliseconds(show):.0f} ms, "
              f"{size} kB (goal 100 ms)")
        print(f"add a coding: {milliseconds(add):.1f} ms (goal 20 ms)")


if __name__ == "__main__":
    main()
