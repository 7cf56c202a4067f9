"""What is posted about a code."""

from __future__ import annotations

from collections.abc import Sequence

from werkzeug.datastructures import MultiDict

from instruments.template import CodeDefinition
from surveyapp.forms.comment import read_texts
from surveyapp.services.codebook_text import TEXTS


def read_code(form: MultiDict[str, str], languages: Sequence[str]) -> CodeDefinition:
    """Return the code as it was typed; the service judges it."""
    name, definition, include, exclude, example = (read_texts(form, field, tuple(languages)) for field in TEXTS)
    return CodeDefinition(
        key=form.get("key", "").strip(), parent=form.get("parent") or None, construct=form.get("construct") or None,
        strategy=tuple(dict.fromkeys(form.getlist("strategy"))), safeguard=form.get("safeguard") or None,
        colour=form.get("colour") or None, pattern=form.get("pattern") or None, name=name,
        definition=definition, include=include, exclude=exclude, example=example)
