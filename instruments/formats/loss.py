"""What a conversion between formats could not carry over, and what was done instead."""

from __future__ import annotations

from dataclasses import dataclass, field

from instruments.errors import Finding


@dataclass(frozen=True)
class Loss:
    """One thing that did not pass unchanged."""

    place: str      # e.g. "item age"
    what: str       # e.g. "the type 'geopoint' cannot be asked here"
    done: str       # e.g. "left out"

    def __str__(self) -> str:
        return f"{self.place}: {self.what}; {self.done}."


@dataclass(frozen=True)
class LossReport:
    """Everything that a conversion changed, in the order of the file; empty when nothing was lost."""

    entries: tuple[Loss, ...] = ()
    warnings: tuple[Finding, ...] = field(default=(), compare=False)    # of the numbered checks, with their places

    def __bool__(self) -> bool:
        return bool(self.entries)

    def __str__(self) -> str:
        return "\n".join(str(entry) for entry in self.entries)


class LossLog:
    """Collects losses while a file is read or written."""

    def __init__(self) -> None:
        self._entries: list[Loss] = []

    def add(self, place: str, what: str, done: str) -> None:
        """Note a loss; the same one is noted once."""
        loss = Loss(place, what, done)
        if loss not in self._entries:
            self._entries.append(loss)

    def report(self) -> LossReport:
        """Return what was collected."""
        return LossReport(tuple(self._entries))
