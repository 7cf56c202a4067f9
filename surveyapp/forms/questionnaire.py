"""Forms of a questionnaire's parts: which fields each has, and how posted text becomes their values. Shape only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, get_args

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from instruments.editing import PartName
from instruments.schema import CHOICE_KINDS, ConstructGroup, Direction, Instrument, ItemKind

Form = MultiDict[str, str]
Options = Sequence[tuple[str, Any]]
SPARE_ROWS = 2              # empty rows for further choices or points
LONGEST_FIELD = 20_000      # characters of one field

KIND_NAMES: Mapping[str, Any] = {
    "rating": _l("Rating on a scale"), "single": _l("Single choice"), "multiple": _l("Multiple choice"),
    "ranking": _l("Ranking"), "integer": _l("Whole number"), "decimal": _l("Decimal number"), "date": _l("Date"),
    "time": _l("Time of day"), "text": _l("Open text"), "note": _l("Note without answer"),
    "calculate": _l("Calculated value"), "hidden": _l("Hidden value"), "acknowledge": _l("Acknowledgement"),
    "upload": _l("File"),
}
ROLE_NAMES: Mapping[str, Any] = {
    "attention": _l("Attention check"), "benchmark": _l("Comparison with others"),
    "trend": _l("Comparison with before"), "nps": _l("Recommendation (NPS)"),
    "importance": _l("Importance of a facet"), "readiness": _l("Readiness"),
    "stated_problem": _l("Stated problem"), "stated_cause": _l("Stated cause"), "profile": _l("Profile of the person"),
    "fact": _l("Fact"), "open": _l("Open question"), "quota": _l("Quota"),
}
GROUP_NAMES: Mapping[str, Any] = {
    "situation": _l("Situation"), "problem": _l("Problem"), "cause": _l("Cause"), "outcome": _l("Outcome"),
    "experience": _l("Experience"),
}


@dataclass(frozen=True)
class Entry:
    """One field: the attribute it fills, how its text is read, for which kinds of item it is offered."""

    name: str
    kind: str               # key, line, words, flag, choice, number, integer, integers, keys, expression
    label: Any
    hint: Any = ""
    options: Callable[[Instrument], Options] | None = None
    of_kinds: frozenset[str] = frozenset(get_args(ItemKind))
    group: Any = ""


def _kinds(*names: str) -> frozenset[str]:
    return frozenset(names)


def _none(pairs: Options) -> Options:
    return (("", "–"), *pairs)


_ASKED = frozenset(get_args(ItemKind)) - {"note", "calculate", "hidden"}
_LOGIC = _l("Conditions and checks")
_MEASURE = _l("What it measures")
ITEM = (
    Entry("key", "key", _l("Key"), _l("The column's name in every file; keep it when only the words change.")),
    Entry("section", "choice", _l("Page"), options=lambda i: [(s.key, s.key) for s in i.sections]),
    Entry("kind", "choice", _l("Kind"), options=lambda _i: list(KIND_NAMES.items())),
    Entry("text", "words", _l("Words")),
    Entry("hint", "words", _l("Hint below the words")),
    Entry("scale", "choice", _l("Scale"), of_kinds=_kinds("rating"),
          options=lambda i: _none([(s.key, s.key) for s in i.scales])),
    Entry("max_choices", "integer", _l("Choices at most"), of_kinds=_kinds("multiple", "ranking")),
    Entry("shuffles_choices", "flag", _l("Show the choices in random order"), of_kinds=CHOICE_KINDS),
    Entry("minimum", "number", _l("Smallest value"), of_kinds=_kinds("integer", "decimal")),
    Entry("maximum", "number", _l("Largest value"), of_kinds=_kinds("integer", "decimal")),
    Entry("unit", "line", _l("Unit of measurement"), of_kinds=_kinds("integer", "decimal")),
    Entry("accepts", "keys", _l("Kinds of file"), of_kinds=_kinds("upload"),
          hint=_l("Some of image, pdf, text, audio; empty: image, pdf. A file can show who sent it.")),
    Entry("largest_mb", "integer", _l("Largest file in MB"), _l("1 to 20; empty: 5"), of_kinds=_kinds("upload")),
    Entry("is_required", "flag", _l("An answer is required"), of_kinds=_ASKED),
    Entry("is_short", "flag", _l("Asked in the short form too")),
    Entry("show_if", "expression", _l("Shown only if"), _l("For example ${ROLE} = 'rm' or ${L1} > 3"), group=_LOGIC),
    Entry("constraint", "expression", _l("The answer fits if"), _l("A dot stands for the answer: . >= 0 and . <= 40"),
          of_kinds=_ASKED - {"upload"}, group=_LOGIC),
    Entry("constraint_message", "words", _l("Message if it does not fit"), of_kinds=_ASKED - {"upload"}, group=_LOGIC),
    Entry("calculation", "expression", _l("Calculation"), of_kinds=_kinds("calculate"), group=_LOGIC),
    Entry("default", "line", _l("Value before it is answered"), of_kinds=frozenset(get_args(ItemKind)) - {"upload"},
          group=_LOGIC),
    Entry("construct", "choice", _l("Construct"), of_kinds=_kinds("rating"), group=_MEASURE,
          options=lambda i: _none([(c.key, c.key) for c in i.constructs])),
    Entry("is_reverse", "flag", _l("Agreeing lowers the score (reverse-keyed)"), of_kinds=_kinds("rating"),
          group=_MEASURE),
    Entry("role", "choice", _l("Role"), group=_MEASURE, options=lambda _i: _none(list(ROLE_NAMES.items()))),
    Entry("expected", "integers", _l("Values that show attention"), of_kinds=_kinds("rating"), group=_MEASURE),
    Entry("importance_of", "choice", _l("Facet it weighs"), of_kinds=_kinds("rating"), group=_MEASURE,
          options=lambda i: _none([(c.key, c.key) for c in i.constructs if c.group == "experience"])),
    Entry("module", "line", _l("Module"), group=_MEASURE),
    Entry("safeguard", "line", _l("Safeguard"), of_kinds=_kinds("rating"), group=_MEASURE),
    Entry("appearance", "line", _l("Appearance"), group=_MEASURE),
)
SECTION = (
    Entry("key", "key", _l("Key")),
    Entry("title", "words", _l("Title")),
    Entry("kind", "line", _l("Kind")),
    Entry("show_if", "expression", _l("Shown only if")),
    Entry("is_shuffled", "flag", _l("Show the items in random order")),
    Entry("block", "line", _l("Block"), _l("Pages of one block stay together in their order.")),
    Entry("shuffle_group", "line", _l("Blocks that change places"),
          _l("Blocks of one name are shown in random order.")),
    Entry("module", "line", _l("Module")),
)
SCALE = (
    Entry("key", "key", _l("Key")),
    Entry("kind", "choice", _l("Kind"),
          options=lambda _i: [("ordinal", _l("Points in words")), ("nps", _l("0 to 10, ends in words"))]),
    Entry("not_applicable", "words", _l("Words for “does not apply”, if it is offered")),
)
CONSTRUCT = (
    Entry("key", "key", _l("Key")),
    Entry("name", "words", _l("Name")),
    Entry("definition", "words", _l("Definition")),
    Entry("group", "choice", _l("Group of constructs"),
          options=lambda _i: [(g, GROUP_NAMES[g]) for g in get_args(ConstructGroup)]),
    Entry("direction", "choice", _l("Direction"), options=lambda _i: list(zip(
        get_args(Direction), (_l("High is good"), _l("High is bad")), strict=True))),
    Entry("mirrors", "keys", _l("Problems whose customer side it is")),
    Entry("module", "line", _l("Module")),
)
_ENDING = (
    Entry("key", "key", _l("Key")),
    Entry("condition", "expression", _l("Condition")),
    Entry("message", "words", _l("Message to those it ends for")),
)
FRAME = (
    Entry("title", "words", _l("Title")),
    Entry("intro", "words", _l("Introduction")),
    Entry("consent", "words", _l("Consent")),
    Entry("consent_required", "flag", _l("Nothing is asked without consent")),
    Entry("link_consent", "words", _l("Consent to linking with other data (optional)")),
    Entry("commitment", "words", _l("A line to agree to before the first item (“I will answer with care”)")),
    Entry("withdraw_note", "words", _l("Note on withdrawal")),
    Entry("completion", "words", _l("Text at the end")),
    Entry("estimated_minutes", "integer", _l("Minutes it takes")),
    Entry("allow_skip", "flag", _l("Any item may be left out")),
    Entry("has_progress", "flag", _l("Show how far along one is")),
    Entry("has_speed_prompt", "flag", _l("Ask politely, once, after a page answered too fast to be read")),
    Entry("key", "key", _l("Key")),
)
ENTRIES: Mapping[PartName, tuple[Entry, ...]] = {
    "items": ITEM, "sections": SECTION, "scales": SCALE, "constructs": CONSTRUCT, "screens": _ENDING,
    "quotas": (*_ENDING, Entry("limit", "integer", _l("How many are wanted"))),
}
CHOICE_FLAGS = (("is_exclusive", _l("rules out the others")), ("has_text", _l("with a text field")),
                ("is_missing", _l("counts as no answer")), ("is_fixed", _l("keeps its place")))


def entries_of(part: PartName, piece: Any) -> tuple[Entry, ...]:
    """Return the fields offered for a piece; an item's kind decides which."""
    if part != "items":
        return ENTRIES[part]
    return tuple(entry for entry in ITEM if piece.kind in entry.of_kinds)


@dataclass(frozen=True)
class Group:
    """Fields that stand together; one with a title is folded away while it is empty."""

    title: Any
    entries: tuple[Entry, ...]
    is_used: bool


def grouped(entries: Sequence[Entry], values: Mapping[str, Any]) -> list[Group]:
    """Return the fields by group in their order."""
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        found.setdefault(str(entry.group), []).append(entry)
    return [Group(title, tuple(members), any(values.get(entry.name) for entry in members))
            for title, members in found.items()]


@dataclass
class Posted:
    """What a form said: values by attribute, and what could not be read."""

    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


def read_entries(entries: Sequence[Entry], form: Form, languages: Sequence[str]) -> Posted:
    """Return the values of the fields as posted."""
    posted = Posted()
    for entry in entries:
        if entry.kind == "words":
            posted.values[entry.name] = read_words(form, entry.name, languages)
            continue
        text = form.get(entry.name, "").strip()[:LONGEST_FIELD]
        try:
            posted.values[entry.name] = _READERS[entry.kind](text)
        except ValueError:
            posted.errors[entry.name] = _("This is no number.") if entry.kind != "key" else _("A key is needed.")
    return posted


def read_words(form: Form, name: str, languages: Sequence[str]) -> dict[str, str]:
    """Return a wording as posted; a language without words is left out."""
    words = {language: form.get(f"{name}:{language}", "").replace("\r\n", "\n").strip()[:LONGEST_FIELD]
             for language in languages}
    return {language: text for language, text in words.items() if text}


def _key(text: str) -> str:
    if not text:
        raise ValueError("empty")
    return text


_READERS: Mapping[str, Callable[[str], Any]] = {
    "key": _key, "line": lambda text: text or None, "expression": lambda text: text or None,
    "choice": lambda text: text or None, "flag": lambda text: text == "yes",
    "number": lambda text: float(text) if text else None, "integer": lambda text: int(text) if text else None,
    "integers": lambda text: tuple(int(one) for one in text.replace(",", " ").split()),
    "keys": lambda text: tuple(text.replace(",", " ").split()),
}


def shown_value(entry: Entry, value: Any) -> str:
    """Return a value as the text of its field."""
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, float):
        return f"{value:g}"
    return "" if value is None else str(value)


def fitted(part: PartName, piece: Any, values: Mapping[str, Any]) -> Any:
    """Return the piece with the values; what a wording needs not have is None where there are no words."""
    kept = dict(values)
    for name in ("hint", "constraint_message", "not_applicable"):
        if name in kept:
            kept[name] = kept[name] or None
    for name in ("condition", "kind"):
        if name in kept:
            kept[name] = kept[name] or ("" if name == "condition" else "questions")
    if part == "quotas":
        kept["limit"] = kept.get("limit") or 0
    if part == "items":
        kept["section"] = kept.get("section") or piece.section
        kept.update(_of_other_kinds(kept["kind"]))
    return replace(piece, **kept)


def _of_other_kinds(kind: str) -> dict[str, Any]:
    """Return what an item of the kind cannot have, taken away."""
    gone: dict[str, Any] = {}
    if kind != "rating":
        gone |= {"scale": None, "construct": None, "is_reverse": False, "expected": (), "importance_of": None}
    if kind not in CHOICE_KINDS:
        gone |= {"choices": (), "max_choices": None, "shuffles_choices": False}
    if kind == "upload":
        gone |= {"constraint": None, "constraint_message": None, "default": None}
    else:
        gone |= {"accepts": (), "largest_mb": None}
    if kind not in ("integer", "decimal"):
        gone |= {"minimum": None, "maximum": None, "unit": None}
    return gone
