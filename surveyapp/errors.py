"""What can go wrong in the application, in words a person can act on.

AppError                 base: reason and remedy, shown in the reader's language
├── NotFound             there is no such study, interview … (also: not in a study of yours)
├── NotAllowed           the role may not do this
├── Refused              the request is understood and cannot be carried out
│   ├── WaveClosed       answers are no longer taken
│   ├── AlreadySubmitted the response was handed in before
│   ├── Stale            somebody else changed it first
│   │   └── Overtaken    … and both wordings are shown, to choose from
│   └── BadInput         a value or file does not fit; `rows` lists places
├── Busy                 the queue is full; try again soon
└── Misconfigured        a setting is missing or wrong; the program does not start
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field


def marked(text: str) -> str:
    """Return the text unchanged; marks it for translation where no translator may be imported."""
    return text


@dataclass(frozen=True)
class RowError:
    """One place in a file that cannot be taken over."""

    row: int | None
    column: str
    found: str
    reason: str
    remedy: str
    values: Mapping[str, str] = field(default_factory=dict)     # of {names} in reason and remedy

    def __str__(self) -> str:
        place = f"row {self.row}, " if self.row is not None else ""
        reason, remedy = (text.format(**self.values) if self.values else text for text in (self.reason, self.remedy))
        return f"{place}column {self.column!r}: {reason} Found: {self.found!r}. {remedy}"


class AppError(Exception):
    """Something a person can mend; `reason` and `remedy` are message ids with {names}."""

    def __init__(self, reason: str, remedy: str = "", **values: object) -> None:
        self.reason, self.remedy, self.values = reason, remedy, values
        super().__init__(f"{reason} {remedy}".strip().format(**values))


class NotFound(AppError):
    """There is no such thing, or it is not in a study of yours."""


class NotAllowed(AppError):
    """The role may not do this."""


class Refused(AppError):
    """The request is understood and cannot be carried out."""


class WaveClosed(Refused):
    """Answers are no longer taken."""


class AlreadySubmitted(Refused):
    """The response was handed in before."""


class Stale(Refused):
    """Somebody else changed it first."""


@dataclass(frozen=True)
class Difference:
    """One field that two people, or two windows, wrote differently."""

    name: str
    mine: str
    theirs: str


class Overtaken(Stale):
    """Somebody changed it first, and nothing is lost: `both` has the two wordings, `version` is that now stored."""

    def __init__(self, reason: str, remedy: str, both: Sequence[Difference], version: int, **values: object) -> None:
        super().__init__(reason, remedy, **values)
        self.both, self.version = tuple(both), version


class BadInput(Refused):
    """A value or file does not fit; `rows` lists the places."""

    def __init__(self, reason: str, remedy: str = "", rows: tuple[RowError, ...] = (), **values: object) -> None:
        super().__init__(reason, remedy, **values)
        self.rows = rows


class Busy(AppError):
    """The queue is full; the same request may be sent again in a moment."""


class Misconfigured(AppError):
    """A setting is missing or wrong."""


def places_of(error: BaseException) -> str:
    """Return what kind of error happened where, for a log: every line of the program on the way, and no value.

    The words of an error are left out, because they often quote what it stumbled over: an answer, a token, a key.
    """
    return "".join(_places(error))


def _places(error: BaseException | None) -> Iterator[str]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        code = getattr(getattr(error, "orig", error), "sqlite_errorname", None) or getattr(
            getattr(error, "orig", error), "sqlstate", None)
        yield f"{type(error).__module__}.{type(error).__qualname__}{f' ({code})' if code else ''}\n"
        yield from traceback.format_tb(error.__traceback__)
        error = error.__cause__ or error.__context__
