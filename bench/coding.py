"""Time the coding screen: opening a long interview with many codings, adding one, moving an edge, correcting a text.

Run with `python -m bench.coding`; prints milliseconds on the server, median of several requests, and the processor
time of one, which says more on a busy machine.
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
from surveyapp.services.memo import write_segment_memo
from surveyapp.services.segment import Passage
from surveyapp.services.study import create_study

N_CHARACTERS = 100_000
N_CODINGS = 1_000
CODINGS_A_MEMO = 10         # a memo in the margin for every tenth coding
N_TIMES = 15
PASSWORD = "a long enough password"  # noqa: S105 - of a database that lives for this run only
QUESTION = "问：您是怎么发现的？后来这件事又是怎么处理的？\n"
ANSWER = "客户的信息分散在五个系统里，我们只能自己拿表格拼，因为各条线的系统互相不通，后来也没有人管。"
LINE = f"{QUESTION}答：{ANSWER * 7}\n"      # about 180 characters a turn, as in the real interviews we have
CODES = ("PRB.INFO", "CAU.TECH", "SIT.PROC", "PRB.EFFECT", "SUG.INFO")


def prepare(home: Path, n_characters: int = N_CHARACTERS,
            n_codings: int = N_CODINGS) -> tuple[FlaskClient, str, dict[str, str]]:
    """Return a logged-in client, the interview's address and the words of the text for one more coding."""
    url = f"sqlite:///{home / f'bench-{n_characters}.sqlite3'}"
    database = Database(url)
    upgrade(database)
    use_database(database)
    with transaction() as session:
        study = create_study(session, load_catalogue_template("bank_crm"), "bench")
        coder = add_account(session, "ann", "Ann", "researcher", PASSWORD)
        add_member(session, study, coder)
        interview = import_interview(
            session, study, filename="long.txt", content=_text(n_characters).encode(),
            log=InterviewLog(role="relationship_manager", audience="staff", has_consent=True, language="zh"))
        version = current_version(session, interview)
        assert version is not None
        step = len(version.text) // n_codings
        for number in range(n_codings):
            start = number * step
            end = start + 20 + number % 90      # many overlap their neighbours
            passage = Passage(start, end, version.text[start:end], version.sha256)
            apply_code(session, study, interview, coder, passage, CODES[number % len(CODES)])
            if number % CODINGS_A_MEMO == 0:
                write_segment_memo(session, study, interview, coder, passage, ANSWER)
        words = {"version": version.sha256, "text": version.text}
        address = f"/studies/{study.id}/interviews/{interview.id}"
    database.close_read_session()
    app = create_app(Config(database_url=url, home=home, secret_key="b" * 40, is_testing=True))
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    client.post("/login", data={"login": "ann", "password": PASSWORD})
    return client, address, words


def _text(n_characters: int) -> str:
    """Return a conversation in which no two lines are the same."""
    lines = (f"{QUESTION}答：第{number}次，{ANSWER * 7}\n" for number in range(n_characters // len(LINE) + 1))
    return "".join(lines)[:n_characters]


def milliseconds(deed: Callable[[int], None], n_times: int = N_TIMES) -> str:
    """Return the median time of the deed and its processor time; the first run warms up and does not count."""
    deed(0)
    times, processor = [], []
    for number in range(1, n_times + 1):
        began, worked = time.perf_counter(), time.process_time()
        deed(number)
        times.append((time.perf_counter() - began) * 1000)
        processor.append((time.process_time() - worked) * 1000)
    return f"{statistics.median(times):.1f} ms (processor {statistics.median(processor):.1f} ms)"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for n_characters, n_codings in ((N_CHARACTERS, N_CODINGS), (1_000_000, 10_000)):
            measure(Path(folder), n_characters, n_codings)


def measure(home: Path, n_characters: int, n_codings: int) -> None:
    """Print how long the deeds of a coder take in a text of that size."""
    client, address, words = prepare(home, n_characters, n_codings)
    text = words["text"]

    def show(_number: int) -> None:
        assert client.get(address).status_code == 200

    def add(number: int) -> None:
        start = 50_000 + 7 * number
        reply = client.post(f"{address}/codings", headers={"X-Fragment": "1"}, data={
            "start": start, "end": start + 15, "quote": text[start:start + 15], "version": words["version"],
            "code": "PRB.INFO.LINK", "polarity": "supports"})
        assert reply.status_code == 200

    def move(number: int) -> None:
        start = 5 + number
        reply = client.post(f"{address}/codings/c1/edges", headers={"X-Fragment": "1"}, data={
            "start": start, "end": start + 15, "quote": text[start:start + 15], "version": words["version"],
            "coding_version": number + 1, "deed": "move"})
        assert reply.status_code == 200

    def correct(number: int) -> None:
        page = client.get(f"{address}/text?turn=4").text
        sha = page.partition('name="version" value="')[2][:64]
        assert client.post(f"{address}/text?turn=4", data={
            "deed": "turn", "version": sha, "text": f"更正{number}：{ANSWER}"}).status_code == 302

    size = len(client.get(address).data) // 1024
    print(f"{len(text):,} characters with {n_codings:,} codings; a page of {size} kB")
    print(f"  open: {milliseconds(show)}; goal 100 ms for 100,000 with 1,000")
    print(f"  add a coding: {milliseconds(add)}; goal 20 ms")
    print(f"  move an edge: {milliseconds(move)}")
    print(f"  correct a turn: {milliseconds(correct, 3)}")


if __name__ == "__main__":
    main()
