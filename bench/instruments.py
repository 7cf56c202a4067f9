"""How long a large XLSForm takes to be read and checked. Run: python -m bench.instruments [items] [choices]."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import time
from pathlib import Path

import xlsxwriter

from instruments.checks import check_instrument
from instruments.formats import read_definition

ITEMS, CHOICES, PAGE = 3_000, 20_000, 30
LIMIT_S = 10


def write_large_form(path: Path, items: int = ITEMS, choices: int = CHOICES) -> None:
    """Write a form of numbers and choices, two of three with a condition, in pages of thirty."""
    lists = items // 3 or 1
    each = -(-choices // lists)
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        survey = book.add_worksheet("survey")
        survey.write_row(0, 0, ["type", "name", "label::English (en)", "label::Chinese (zh)", "relevant", "constraint"])
        row = 0
        for number in range(items):
            if number % PAGE == 0:
                row += 1
                survey.write_row(row, 0, ["begin_group", f"page{number // PAGE}", f"Page {number // PAGE}", "第几页"])
            kind = "integer" if number % 3 else f"select_one list{number // 3}"
            condition = f"${{q{number - number % 3}}} = 'c1'" if number % 3 else ""
            constraint = ". >= 0 and . <= 100" if number % 3 else ""
            row += 1
            label = (f"Question {number}?", f"问题{number}？")
            survey.write_row(row, 0, [kind, f"q{number}", *label, condition, constraint])
            if number % PAGE == PAGE - 1 or number == items - 1:
                row += 1
                survey.write_row(row, 0, ["end_group"])
        sheet = book.add_worksheet("choices")
        sheet.write_row(0, 0, ["list_name", "name", "label::English (en)", "label::Chinese (zh)"])
        for number in range(lists * each):
            sheet.write_row(number + 1, 0, [
                f"list{number // each}", f"c{number % each}", f"Choice {number}", f"选项{number}"])
        book.add_worksheet("settings").write_row(0, 0, ["form_title", "form_id"])


def main() -> None:
    items, choices = (int(argument) for argument in (*sys.argv[1:3], *map(str, (ITEMS, CHOICES)[len(sys.argv) - 1:])))
    print(f"{platform.machine()}, Python {platform.python_version()}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.xlsx"
        write_large_form(path, items, choices)
        began, before = time.perf_counter(), sum(os.times()[:4])
        instrument, _ = read_definition(path)
        read, processor = time.perf_counter() - began, sum(os.times()[:4]) - before
    n_choices = sum(len(item.choices) for item in instrument.items)
    print(f"XLSForm of {len(instrument.items):,} items and {n_choices:,} choices read and checked: {read:.1f} s"
          f" (limit {LIMIT_S} s), {processor:.1f} s of processor time")
    before = time.process_time()
    check_instrument(instrument)
    print(f"its numbered checks alone: {time.process_time() - before:.1f} s of processor time")


if __name__ == "__main__":
    main()
