"""Which signs of a text are spoken for already: one mark a sign, so that asking costs the length of the place only."""

from __future__ import annotations


class TakenPlaces:
    """Half-open ranges of code points of one text that were taken, first come first served."""

    def __init__(self, length: int) -> None:
        self._marks = bytearray(length)

    def is_free(self, start: int, end: int) -> bool:
        """Tell whether nothing of the range was taken."""
        return self._marks.find(1, start, end) < 0

    def take(self, start: int, end: int) -> bool:
        """Take the range if it is free; return whether it was."""
        if not self.is_free(start, end):
            return False
        self._marks[start:end] = b"\x01" * (end - start)
        return True
