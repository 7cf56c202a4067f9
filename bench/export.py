"""Times answers on their way out: 100,000 people × 60 items to a frame and to every format. From the checkout's root:

    python bench/export.py [PEOPLE] [FORMAT …]

Figures to reach on two cores (DESIGN 5): frame 2 s and 400 MB, CSV 5 s, XLSX 45 s, SAV 15 s and 400 MB. Each is
measured in a process of its own, by the clock and by processor time, which a machine busy with other work lengthens
less; memory is the growth of its peak over the program itself. The floor is what it takes the database to hand over the
pages one by one, and to read their JSON, with nothing done to them.
"""

from __future__ import annotations

import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import orjson

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from instruments.schema import AnswerScale, Instrument, Item, ScalePoint, Section
from instruments.template_loader import load_catalogue_template
from surveyapp.db.migrate import upgrade
from surveyapp.db.session import Database, read_session, transaction, use_database
from surveyapp.services.disclosure import plan_release
from surveyapp.services.response_bulk import BulkResponse, store_responses
from surveyapp.services.response_export import ExportOptions
from surveyapp.services.study import create_study, get_instrument, get_link, get_study, get_wave, instrument_of

N, PAGES, ITEMS_A_PAGE = 100_000, 6, 10
GOALS = {"frame": (2.0, 400), "csv": (5.0, None), "xlsx": (45.0, None), "sav": (15.0, 400)}
FORMATS = ("csv", "xlsx", "sav", "parquet", "dta", "r", "ddi")


def questionnaire() -> Instrument:
    scale = AnswerScale("agree5", "ordinal", tuple(ScalePoint(n, {"en": str(n)}) for n in range(1, 6)))
    sections = tuple(Section(f"P{page}", "likert", {"en": f"Page {page}"}) for page in range(PAGES))
    items = tuple(Item(f"Q{page}_{place}", f"P{page}", "rating", {"en": f"Question {page}.{place}"}, scale="agree5")
                  for page in range(PAGES) for place in range(ITEMS_A_PAGE))
    return Instrument("wide", "1.0.0", "staff", ("en",), {"en": "Wide"}, sections, items, (scale,))


def fill(path: Path, n: int) -> None:
    database = Database(f"sqlite:///{path}")
    use_database(database)
    upgrade(database)
    instrument = questionnaire()
    keys = [[f"Q{page}_{place}" for place in range(ITEMS_A_PAGE)] for page in range(PAGES)]
    with transaction() as session:
        study = create_study(session, replace(load_catalogue_template("bank_crm"), instruments=(instrument,)), "wide")
        link = get_link(session, get_wave(session, study), get_instrument(session, study, "staff"))
        store_responses(session, link, (
            BulkResponse(f"p{row:06d}", "en",
                         {f"P{page}": {key: -92 if (row * 7 + place) % 50 == 0 else 1 + (row * (page + 3) + place) % 5
                                       for place, key in enumerate(keys[page])} for page in range(PAGES)},
                         {f"P{page}": 20_000 + row % 9_000 for page in range(PAGES)})
            for row in range(n)), "import")
    database.close()


def measure(path: Path, what: str) -> None:
    """Do one thing in this process and print seconds and megabytes."""
    from surveyapp.dataset import load_answers
    from surveyapp.jobs import statistics_files  # noqa: F401  # its import is no part of the work
    from surveyapp.jobs.export import write_files

    use_database(Database(f"sqlite:///{path}"))
    session = read_session()
    study = get_study(session, "wide")
    wave, published = get_wave(session, study), get_instrument(session, study, "staff")
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    busy = time.process_time()
    if what == "floor":
        connection = session.connection().connection
        for (answers,) in connection.execute("SELECT answers FROM response_page ORDER BY response_key, section"):
            orjson.loads(answers)
    elif what == "frame":
        assert load_answers(session, wave, instrument_of(published)).n > 0
    else:
        target = Path(tempfile.mkdtemp()) / f"answers.{what}"
        write_files(plan_release(session, study, wave, published), what, target, ExportOptions())
    seconds = time.perf_counter() - started
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"{seconds:.2f} {time.process_time() - busy:.2f} {more:.0f}")


def main() -> int:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else N
    wanted = sys.argv[2:] or ["floor", "frame", *FORMATS]
    libraries = ", ".join(f"{name} {version(name)}" for name in ("sqlalchemy", "pandas", "pyreadstat", "pyarrow"))
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, "
          f"Python {platform.python_version()}, {libraries}")
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "wide.sqlite3"
        fill(path, n)
        for what in wanted:
            done = subprocess.run(  # noqa: S603  # this file itself
                [sys.executable, __file__, "--measure", str(path), what], capture_output=True, text=True, check=True)
            seconds, busy, megabytes = map(float, done.stdout.split())
            goal = GOALS.get(what) if n == N else None
            missed += bool(goal and (busy > goal[0] or (goal[1] and megabytes > goal[1])))
            aim = "" if goal is None else f"  (goal {goal[0]:g} s" + (f", {goal[1]} MB)" if goal[1] else ")")
            print(f"{what:8} {n:,} × {PAGES * ITEMS_A_PAGE}: {seconds:6.2f} s, {busy:6.2f} s of processor, "
                  f"{megabytes:4.0f} MB more{aim}", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(Path(sys.argv[2]), sys.argv[3])
    else:
        sys.exit(main())
