"""Pages call those whom the organisation serves, and its staff, what the study calls them: patients, teachers.

The product's own messages speak of customers and staff. Inside a study whose template has other words each
message is shown with those; a word is put in before any value is, so that names and answers stay as they are.
"""

from __future__ import annotations

from typing import Any

from flask import g
from flask_babel import Domain, get_locale

from instruments.template import USUAL_SERVED
from reports.own_words import OWN_GROUPS, OwnWords, spoken
from surveyapp.db.session import read_session
from surveyapp.services.study import template_of

DOMAIN = "messages"


class _Spoken:
    """A catalogue whose messages come with a study's own words."""

    def __init__(self, catalogue: Any, language: str, own: OwnWords) -> None:
        self._catalogue, self._words = catalogue, (language, own)

    def ugettext(self, message: str) -> str:
        return spoken(self._catalogue.ugettext(message), *self._words)

    def ungettext(self, singular: str, plural: str, n: int) -> str:
        return spoken(self._catalogue.ungettext(singular, plural, n), *self._words)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._catalogue, name)


class ServedDomain(Domain):  # type: ignore[misc]  # Flask-Babel publishes no types
    """The message catalogue as the study of the page speaks."""

    def get_translations(self) -> Any:
        """Return the catalogue of the page's language, with the study's own word where it has one."""
        catalogue, words = super().get_translations(), _words(str(get_locale() or ""))
        return catalogue if words is None else _Spoken(catalogue, *words)


def _words(language: str) -> tuple[str, OwnWords] | None:
    study = g.get("study") if g else None
    short, own = language.partition("_")[0], {}
    for group in OWN_GROUPS:
        called = (study.template.get(group) if study is not None else None) or {}
        one, many = (called.get(number, {}).get(short) for number in ("one", "many"))
        if one and many:
            own[group] = (one, many)
    return (short, own) if own else None


def audience_key(audience: str) -> str:
    """Return the key under which words of an audience stand: that of the served may be a study's own."""
    if audience == USUAL_SERVED or g.get("study") is None:
        return audience
    if "served_audience" not in g:
        g.served_audience = template_of(read_session(), g.study).served_audience
    return USUAL_SERVED if audience == g.served_audience else audience
