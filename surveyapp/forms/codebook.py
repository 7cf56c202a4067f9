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
        definition=definition, include=include, exclude=exclude, example=example,
        has_exclusive_children=bool(form.get("exclusive_children")))


def read_new_codes(form: MultiDict[str, str], languages: Sequence[str], most: int) -> list[CodeDefinition]:
    """Return the codes of a split's rows that were filled in."""
    rows = [(form.get(f"key_{row}", "").strip(), {key: form.get(f"name_{row}_{key}", "").strip() for key in languages})
            for row in range(most)]
    return [CodeDefinition(key, None, name, {}) for key, name in rows if key or any(name.values())]
