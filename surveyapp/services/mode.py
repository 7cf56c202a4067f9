"""How a response came about: on the web, at a kiosk, on paper or from a file, and in which batch.

A batch is an outlet's code, never a person's. Modes and batches count as profile when rows leave in a file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from surveyapp.errors import BadInput, marked
from surveyapp.models.response import FILE, KIOSK, WEB

BATCH = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", re.ASCII)
MODE_OF_SOURCE = {"web": WEB, "sample": WEB, "import": FILE}


@dataclass(frozen=True)
class Origin:
    """The way in which a response is given."""

    mode: str = WEB
    batch: str | None = None

    @property
    def is_kiosk(self) -> bool:
        """Tell whether the device is shared by strangers."""
        return self.mode == KIOSK


ON_THE_WEB = Origin()


def at_kiosk(batch: str) -> Origin:
    """Return the origin of responses at a counter; the batch may be empty."""
    return Origin(KIOSK, checked_batch(batch) if batch else None)


def checked_batch(text: str) -> str:
    """Return the batch code; BadInput if it is none."""
    if BATCH.fullmatch(text) is None:
        raise BadInput(marked("This is no batch code."),
                       marked("A batch code is 1 to 40 letters, digits, hyphens and underscores."))
    return text
