"""The control fields of a posted page: read once, handed on as one value."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote_plus

from surveyapp.services.answer import Form

# A colon keeps the names apart from every item key.
BASE, SEEN, CLEARED, ONLY, CLIENT_TIME, SHOWN_AT, LANGUAGE, DEED = (
    ":base", ":seen", ":cleared", ":only", ":time", ":at", ":language", ":deed")
REMINDED, REFUSED_ITEM = ":reminded", ":refused"
NEXT, BACK, STAY, END, SUBMIT = "next", "back", "stay", "end", "submit"     # the deeds
MOST_FIELDS = 5_000         # of one page
LONGEST_NAME = 200          # characters of a field's name that is worth remembering
UNFINISHED = frozenset({BACK, STAY})


@dataclass(frozen=True)
class Controls:
    """What a page says of itself besides the answers."""

    deed: str                   # the button that was pressed
    base: str                   # fingerprint of the answers the form was filled with
    seen: frozenset[str]        # items that were on the page
    cleared: frozenset[str]     # items whose answer was taken back on the page
    only: frozenset[str]        # items an autosave is about
    client_time: str            # milliseconds on the page by the browser's count, hidden time left out
    shown_at: str               # the server's sealed instant of showing
    language: str
    reminded: frozenset[str]    # items without an answer of which the respondent was reminded once
    refused: frozenset[str]     # items ticked as "I would rather not answer"

    @property
    def is_finished(self) -> bool:
        """Going back or changing the language leaves the page unfinished: what is blank may still be answered."""
        return self.deed not in UNFINISHED


def read_controls(form: Form) -> Controls:
    """Return the control fields of a form; an absent one is empty."""
    value = {name: values[-1] for name, values in form.items() if name.startswith(":") and values}

    def names(field: str) -> frozenset[str]:
        return frozenset(value.get(field, "").split(","))

    return Controls(
        deed=value.get(DEED, ""), base=value.get(BASE, ""), seen=names(SEEN), cleared=names(CLEARED), only=names(ONLY),
        client_time=value.get(CLIENT_TIME, ""), shown_at=value.get(SHOWN_AT, ""), language=value.get(LANGUAGE, ""),
        reminded=names(REMINDED), refused=frozenset(form.get(REFUSED_ITEM, ())))


def read_form(body: bytes) -> dict[str, list[str]]:
    """Return the fields of a posted form, blank ones too; ValueError if it is no text or has too many fields."""
    parts = body.decode().split("&")
    if len(parts) > MOST_FIELDS:
        raise ValueError(len(parts))
    form: dict[str, list[str]] = {}
    for part in parts:
        name, equals, value = part.partition("=")
        if name or equals:
            if "%" in value or "+" in value:
                value = unquote_plus(value)
            form.setdefault(_name(name) if len(name) < LONGEST_NAME else unquote_plus(name), []).append(value)
    return form


@lru_cache(maxsize=4096)
def _name(written: str) -> str:
    # Names come back with every page of every respondent; values do not.
    return unquote_plus(written)
