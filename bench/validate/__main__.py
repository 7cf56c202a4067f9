"""Puts hundreds of studies with known truth before the diagnosis and prints what it finds and what it makes up.

    python -m bench.validate --studies 200 --draws 500

Every study is written to a file as soon as it is done; a second run with the same seed, or more studies, goes on there.
docs/validation.md says by which rules the worlds are drawn.
"""

from __future__ import annotations

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"    # the studies run side by side; said before numpy is loaded

import argparse
import json
import platform
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from functools import cache
from itertools import islice
from pathlib import Path

from bench.validate.rates import ALL_SIZES, CARELESS, FIGURES, STAGES, Counts, Figure, judged
from bench.validate.study import Task, run
from instruments.template import StudyTemplate
from instruments.template_loader import load_catalogue_template
from surveyapp.sample.settings import SETTINGS

ROOT = Path(__file__).resolve().parents[2]
SEED = 20270501         # of studies that nobody had seen before the rules were fixed (docs/validation.md)
CLOSE, CLOSE_SIZES, MORE = ("random", "halo"), (250, 350, 500), 4    # close to a limit: so many times as many studies
QUICK = (3, [60, 120], 100)     # studies, sizes, resamples
FILES = "customer file"
Done = dict[tuple[str, int], list[Counts]]      # setting, n → counts by study


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.validate", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--template", default="bank_crm", help="study template whose questionnaire is answered")
    parser.add_argument("--studies", type=int, default=200,
                        help=f"of each setting and size; of {' and '.join(CLOSE)} {MORE} times as many at the sizes "
                             f"{', '.join(map(str, CLOSE_SIZES))}")
    parser.add_argument("--draws", type=int, default=500, help="bootstrap resamples in each diagnosis")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(ALL_SIZES), help="people who answer")
    parser.add_argument("--settings", nargs="+", choices=[*SETTINGS, FILES], default=[*SETTINGS, FILES])
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--minutes", type=float, default=None, help="stop after so long and print what there is")
    parser.add_argument("--quick", action="store_true", help="three small studies of each setting: does it run at all?")
    parser.add_argument("--out", type=Path, help="where studies are kept (default out/validate-TEMPLATE.jsonl)")
    options = parser.parse_args(given)
    options.out = options.out or ROOT / "out" / f"validate-{options.template}.jsonl"
    if options.quick:
        options.studies, options.sizes, options.draws = QUICK
    return options


def tasks_of(options: argparse.Namespace) -> Iterator[Task]:
    """Yield studies number 0 of all settings and sizes, then number 1 …: an early end leaves all equally known."""
    has_files = _template(options.template).value_model is not None
    for number in range(MORE * options.studies):
        for setting in options.settings if has_files else [name for name in options.settings if name != FILES]:
            for n in ([0] if setting == FILES else options.sizes):
                if number >= options.studies and (setting not in CLOSE or n not in CLOSE_SIZES):
                    continue
                yield Task(setting, n, number, options.seed, options.draws)


def finished(path: Path) -> dict[tuple[str, int, int, int, int], Counts]:
    """Return what an earlier run has done; a last line cut off in writing is done again."""
    done = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        try:
            kept = json.loads(line)
        except ValueError:
            continue
        done[tuple(kept["key"])] = kept["counts"]
    return done


@cache
def _template(key: str) -> StudyTemplate:
    return load_catalogue_template(key)


def _work(task: Task, template: str) -> tuple[Task, Counts]:
    return task, run(task, _template(template))


def simulate(options: argparse.Namespace) -> Done:
    """Return the counts of all studies asked for, or of those that the time allowed for."""
    kept = finished(options.out)
    wanted = list(tasks_of(options))
    missing = iter([task for task in wanted if task.key not in kept])
    options.out.parent.mkdir(parents=True, exist_ok=True)
    ends = time.monotonic() + 60 * options.minutes if options.minutes else float("inf")
    with (options.out.open("a", encoding="utf-8") as file,
          ProcessPoolExecutor(options.processes) as pool):
        running = {pool.submit(_work, task, options.template) for task in islice(missing, 2 * options.processes)}
        while running:
            ready, running = wait(running, return_when=FIRST_COMPLETED)
            for task, counts in (one.result() for one in ready):
                kept[task.key] = counts
                file.write(json.dumps({"key": task.key, "counts": counts}) + "\n")
            file.flush()
            following = islice(missing, len(ready)) if time.monotonic() < ends else ()
            running |= {pool.submit(_work, task, options.template) for task in following}
    done: Done = {}
    for task in wanted:
        if task.key in kept:
            done.setdefault((task.setting, task.n), []).append(kept[task.key])
    return done


def table(done: Mapping[tuple[str, int], Sequence[Counts]]) -> list[str]:
    """Return the tables as lines of Markdown, and below them each limit with its verdict."""
    order = [*SETTINGS, FILES]
    kept = sorted(done.items(), key=lambda found: (order.index(found[0][0]), found[0][1]))
    surveys = [found for found in kept if found[0][1]]
    careless = [found for found in surveys if SETTINGS[found[0][0]].share_careless]
    verdicts = []
    for (setting, n), studies in kept:
        for figure in FIGURES if n else (STAGES,):
            cell, verdict = judged(figure, setting, n, studies)
            where = f"{setting}, n = {n}" if n else f"{setting}, {len(studies)} files"
            verdicts += [f"* {verdict}: {figure.name}, {where}: {cell}"] if verdict else []
    by_way = ["Careless found:", "", *_rows(CARELESS, careless), ""] if careless else []
    return [*_rows(FIGURES, surveys), "", *by_way, *sorted(verdicts, key=lambda line: "MISSED" not in line)]


def _rows(figures: Sequence[Figure], found: Sequence[tuple[tuple[str, int], Sequence[Counts]]]) -> list[str]:
    names = [figure.name for figure in figures]
    lines = ["| setting | n | studies | " + " | ".join(names) + " |", "|---" * (len(names) + 3) + "|"]
    for (setting, n), studies in found:
        cells = [judged(figure, setting, n, studies)[0] for figure in figures]
        lines.append(f"| {setting} | {n} | {len(studies)} | " + " | ".join(cells) + " |")
    return lines


def main(given: Sequence[str] | None = None) -> int:
    options = arguments(given)
    started = time.perf_counter()
    done = simulate(options)
    lines = table(done)
    print("\n".join(lines))
    print(f"\nseed {options.seed}, {options.draws} resamples, {options.processes} processes, "
          f"{time.perf_counter() - started:.0f} s, {platform.machine()}, {os.cpu_count()} cores")
    return int(any("MISSED" in line for line in lines))


if __name__ == "__main__":
    sys.exit(main())
