"""10,000 codings in a text of 1,000,000 characters, out and in: seconds and bytes. `python -m bench.exchange`."""

from __future__ import annotations

import io
import tempfile
import time
from pathlib import Path

from surveyapp.db.migrate import upgrade
from surveyapp.db.session import Database, transaction, use_database
from surveyapp.models.interview import Interview
from surveyapp.services.exchange_export import export_interviews
from surveyapp.services.exchange_file import read_project_file
from surveyapp.services.exchange_import import import_exchange
from surveyapp.services.exchange_plan import Choices, KnownNames, plan_exchange
from surveyapp.services.foreign_project import (
    REFI,
    ForeignCode,
    ForeignCoding,
    ForeignProject,
    ForeignSelection,
    ForeignText,
)
from surveyapp.services.study import create_study
from tests.factories.coding import bank_template

N_CODINGS, N_SIGNS = 10_000, 1_000_000
LINE = "答：客户信息分散在五个系统里，𠮷先生每次都要自己拿表格拼。\n"


def made_project() -> ForeignProject:
    text = (LINE * (N_SIGNS // len(LINE) + 1))[:N_SIGNS]
    step = N_SIGNS // N_CODINGS
    selections = tuple(
        ForeignSelection("", start, start + 40, text[start:start + 40],
                         codings=(ForeignCoding("", "c", "x", "memo: noted", ""),))
        for start in range(0, N_CODINGS * step - 40, step))
    return ForeignProject(REFI, "p", "Other", (ForeignCode("c", "trust"),), {"x": "Ann"}, {},
                          (ForeignText("t", "talk", text, selections=selections),))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'b.sqlite3'}")
        upgrade(database)
        use_database(database)
        with transaction() as session:
            study = create_study(session, bank_template(), "bank")
            timed("store", lambda: import_exchange(session, study, plan_exchange(
                session, study, made_project(), Choices(), KnownNames()), "a secret of the bench, long enough"))
            stream = io.BytesIO()
            for kind in ("qdpx", "csv", "xlsx", "docx", "html"):
                stream = io.BytesIO()
                timed(f"export {kind}",
                      lambda kind=kind, stream=stream: export_interviews(session, study, kind, stream))
                print(f"  {len(stream.getvalue()) / 1e6:.1f} MB")
                if kind == "qdpx":
                    content = stream.getvalue()
            session.delete(session.query(Interview).one())
        with transaction() as session:
            other = create_study(session, bank_template(), "other")
            project = timed("read in the child", lambda: read_project_file("p.qdpx", content))
            plan = timed("plan", lambda: plan_exchange(session, other, project, Choices(), KnownNames()))
            timed("import", lambda: import_exchange(session, other, plan, "a secret of the bench, long enough"))
        use_database(None)
        database.close()


def timed(name: str, deed):
    start = time.perf_counter()
    value = deed()
    print(f"{name}: {time.perf_counter() - start:.2f} s")
    return value


if __name__ == "__main__":
    main()
