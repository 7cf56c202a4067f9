"""Time the retrieval pages: words and queries over a million characters with 10,000 codings.

Run with `python -m bench.retrieval`; prints milliseconds on the server, median of several requests.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from flask.testing import FlaskClient

from instruments.template_loader import load_catalogue_template
from surveyapp.app import create_app
from surveyapp.config import Config
from surveyapp.db.migrate import upgrade
from surveyapp.db.session import Database, transaction, use_database
from surveyapp.models.coding import Coding, Segment
from surveyapp.services.account import add_account, add_member
from surveyapp.services.codebook import load_codebook
from surveyapp.services.interview import InterviewLog, current_version, import_interview
from surveyapp.services.study import create_study

N_INTERVIEWS, N_CHARACTERS, N_CODINGS = 20, 50_000, 500      # each; a million characters, 10,000 codings in all
N_TIMES = 7
PASSWORD = "a long enough password"  # noqa: S105 - of a database that lives for this run only
QUESTION = "问：您是怎么发现的？后来这件事又是怎么处理的？\n"
ANSWER = "客户的信息分散在五个系统里，我们只能自己拿表格拼，因为各条线的系统互相不通，后来也没有人管。"
LINE = f"{QUESTION}答：{ANSWER * 7}\n"
CODES = ("PRB.INFO", "CAU.TECH", "SIT.PROC", "PRB.EFFECT", "SUG.INFO")
ADDRESSES = {
    "rare word": "search?q=怎么发现的;zebra", "frequent word": "search?q=客户",
    "whole words": "search?q=信息&is_whole=1",
    "word that is not there": "search?q=零售条线", "one code": "retrieval?q=CAU.TECH",
    "overlap": "retrieval?q=CAU.TECH overlapping PRB.INFO", "same turn": "retrieval?q=PRB in the same turn as CAU",
    "code and word": 'retrieval?q=CAU and "五个系统"',
}


def prepare(home: Path) -> tuple[FlaskClient, str]:
    """Return a logged-in client and the study's address."""
    url = f"sqlite:///{home / 'bench.sqlite3'}"
    database = Database(url)
    upgrade(database)
    use_database(database)
    with transaction() as session:
        study = create_study(session, load_catalogue_template("bank_crm"), "bench")
        coder = add_account(session, "ann", "Ann", "coder", PASSWORD)
        add_member(session, study, coder)
        codes = [load_codebook(session, study).get(key).id for key in CODES]
        for place in range(N_INTERVIEWS):
            interview = import_interview(
                session, study, filename=f"{place}.txt", content=(LINE * (N_CHARACTERS // len(LINE) + 1)).encode(),
                log=InterviewLog(role="relationship_manager", audience="staff", has_consent=True, language="zh"))
            version = current_version(session, interview)
            assert version is not None
            for number in range(N_CODINGS):
                start = number * (N_CHARACTERS // N_CODINGS)
                end = start + 20 + number % 90
                segment = Segment(guid=f"{place}-{number}", version_id=version.id, start=start, end=end,
                                  quote=version.text[start:end])
                session.add(segment)
                session.flush()
                session.add(Coding(interview_id=interview.id, segment_id=segment.id, code_id=codes[number % len(codes)],
                                   account_id=coder.id, edited_quote={}))
        address = f"/studies/{study.id}"
    database.close_read_session()
    app = create_app(Config(database_url=url, home=home, secret_key="b" * 40, is_testing=True))
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    client.post("/login", data={"login": "ann", "password": PASSWORD})
    return client, address


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        client, address = prepare(Path(folder))
        for name, path in ADDRESSES.items():
            times = []
            for _ in range(N_TIMES):
                began = time.perf_counter()
                answer = client.get(f"{address}/{path}")
                times.append((time.perf_counter() - began) * 1000)
                assert answer.status_code == 200, (path, answer.location)
            print(f"{name}: {statistics.median(times):.0f} ms")


if __name__ == "__main__":
    main()
