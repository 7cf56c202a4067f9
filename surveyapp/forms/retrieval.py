"""The form that writes a query: chosen codes, relation and conditions become words of the query language."""

from __future__ import annotations

from collections.abc import Mapping

from surveyapp.services.query_grammar import CASE, NEGATABLE, OR, RELATIONS

# What the form offers between two codes, as the query language says it.
RELATION_CHOICES = (*RELATIONS, OR, *(f"not {relation}" for relation in NEGATABLE))
CONDITIONS = ("role", "polarity", "coder", "kind")


def write_query(form: Mapping[str, str]) -> str:
    """Return the query that the chosen parts make."""
    parts = [_operand(form, "first") or "any"]
    second = _operand(form, "second")
    relation = form.get("relation", "")
    if second and relation in RELATION_CHOICES:
        parts += [relation, second]
    conditions = [f"{name} = {quoted(form[name])}" for name in CONDITIONS if form.get(name)]
    if form.get("attribute") and form.get("value", "").strip():
        conditions.append(f"{CASE}{form['attribute']} = {quoted(form['value'].strip())}")
    return " ".join(parts) + (f" where {' and '.join(conditions)}" if conditions else "")


def _operand(form: Mapping[str, str], name: str) -> str:
    words, code, polarity = form.get(f"{name}_words", "").strip(), form.get(name, ""), form.get(f"{name}_polarity", "")
    if code:
        return f"{code}:{polarity}" if polarity else code
    return f'"{words.replace(chr(34), " ")}"' if words else ""


def quoted(value: str) -> str:
    """Return a value as the query language takes it."""
    is_plain = value.isascii() and all(sign.isalnum() or sign in "._-" for sign in value)
    return value if is_plain else '"' + value.replace('"', " ") + '"'
