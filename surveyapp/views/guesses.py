"""Guesses at codes: so many wrong ones a minute for each short address, then none is looked at for a while.

A code has 8 of 30 signs, 6.6 x 10^11 possibilities. With 200 unused codes and 20 wrong guesses a minute, three weeks of
guessing find one with a probability of 1.8 in 10,000. Counted for each address `/c/<number>`, not for each sender: an
office shares one, and addresses are not kept. Counts live in the process; several processes allow as many times more.
"""

from __future__ import annotations

import threading
import time
from collections import deque

MOST_WRONG = 20
WITHIN_S = 60.0


class Guesses:
    """Counts wrong guesses of the last minute for each place where codes are typed."""

    def __init__(self, most: int = MOST_WRONG, within_s: float = WITHIN_S) -> None:
        self._most, self._within_s = most, within_s
        self._wrong: dict[int, deque[float]] = {}
        self._lock = threading.Lock()

    def may_guess(self, place: int, now: float | None = None) -> bool:
        """Tell whether a code may be looked at."""
        with self._lock:
            return len(self._recent(place, time.monotonic() if now is None else now)) < self._most

    def note_wrong(self, place: int, now: float | None = None) -> None:
        """Count a wrong guess."""
        now = time.monotonic() if now is None else now
        with self._lock:
            self._recent(place, now).append(now)

    def _recent(self, place: int, now: float) -> deque[float]:
        wrong = self._wrong.setdefault(place, deque(maxlen=self._most))
        while wrong and wrong[0] <= now - self._within_s:
            wrong.popleft()
        return wrong
