"""A bar on a terminal for what takes over two seconds."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

PATIENCE_S = 2.0
WIDTH = 30
EVERY_S = 0.2


def progress_bar() -> Callable[[int, int], None]:
    """Return what draws (done, all) on the error output of a terminal; silent for two seconds and without one."""
    began = drawn = time.monotonic()

    def draw(done: int, n_all: int) -> None:
        nonlocal drawn
        now = time.monotonic()
        if not sys.stderr.isatty() or n_all <= 0 or now - began < PATIENCE_S:
            return
        if done < n_all and now - drawn < EVERY_S:
            return
        drawn, filled = now, round(WIDTH * done / n_all)
        end = "\r" + " " * (WIDTH + 8) + "\r" if done >= n_all else ""
        print(f"\r[{'#' * filled}{'.' * (WIDTH - filled)}] {done / n_all:4.0%}{end}", end="", file=sys.stderr,
              flush=True)

    return draw
