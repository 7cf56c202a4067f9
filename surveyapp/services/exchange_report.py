"""What an import of a foreign project brings and loses, in sentences; a page translates them, a command prints them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from surveyapp.errors import marked
from surveyapp.services.exchange_plan import LEFT, ExchangePlan
from surveyapp.services.foreign_offsets import LINES, Fit, Reading
from surveyapp.services.foreign_project import LOSSES, WARNINGS

if TYPE_CHECKING:
    from surveyapp.services.exchange_import import Imported

Sentence = tuple[str, Mapping[str, object]]     # a message and its values

CHECKED = marked("{matched} of {n} passages have the words that the file gives.")
UNCHECKED = marked("The file gives no words, so nothing could be checked: look at some passages.")
EDGES = marked("Read so, {n} of {all} begin and end at the edge of a word, which no other reading surpasses.")
BY_HAND = marked("Read so, {n} of {all} begin and end at the edge of a word.")
NO_PASSAGES = marked("The file has no passages.")
MOVED = marked("{n} more were found elsewhere in the text by their words.")
LOST = marked("{n} are left out, because their words are not in the text.")
STORED: Mapping[str, str] = {
    "codes": marked("New codes: {n}."), "attributes": marked("New attributes of cases: {n}."),
    "segments": marked("Passages: {n}."), "codings": marked("Codings: {n}."),
    "links": marked("Links from cause to problem: {n}."), "memos": marked("Memos: {n}."),
    "known": marked("Already here: {n}."), "replaced": marked("Words or numbers replaced: {n}."),
}
UNSTORED: Mapping[str, str] = {
    "passages_lost": marked("Passages without a place in the text, left out: {n}"),
    "code_links_lost": marked("Links of codes to constructs, measures or safeguards that the study does not have: {n}"),
    "code_texts_cut": marked("Texts of codes that were too long and were cut: {n}"),
    "codes_left": marked("Codings and links whose codes were left out or do not fit: {n}"),
}
SHADES = marked("Colours of codes that are led to codes of this study or left out: {n}")
LEFT_TEXT = marked("{name} is left out: {reason}")
UNITS = {False: marked("offsets count characters"), True: marked("offsets count UTF-16 units")}
ENDS = {False: marked("the end is the sign after the last"), True: marked("the end is the last sign")}
MARK = marked("the byte-order mark counts")


def reading_parts(reading: Reading) -> tuple[str, ...]:
    """Return the reading in words, part by part."""
    mark = (MARK,) if reading.has_mark else ()
    return (UNITS[reading.is_utf16], LINES[reading.lines], *mark, ENDS[reading.is_inclusive])


def fit_sentences(fit: Fit) -> Iterator[Sentence]:
    """Yield how well the reading fits."""
    if not fit.n_selections:
        yield NO_PASSAGES, {}
        return
    if fit.is_checked:
        yield CHECKED, {"matched": fit.n_matched, "n": fit.n_with_words}
    else:
        yield UNCHECKED, {}
        yield BY_HAND if fit.is_chosen_by_hand else EDGES, {"n": fit.n_at_edges, "all": fit.n_selections}
    if fit.n_moved:
        yield MOVED, {"n": fit.n_moved}
    if fit.n_lost:
        yield LOST, {"n": fit.n_lost}


def fit_words(fit: Fit) -> str:
    """Return reading and fit in English, as a command prints them."""
    said = " ".join(words.format(**values) for words, values in fit_sentences(fit))
    return f"{', '.join(reading_parts(fit.reading))} ({fit.reading.key}). {said}" if fit.n_selections else said


def losses(plan: ExchangePlan, imported: Imported | None = None) -> Iterator[Sentence]:
    """Yield what the file holds and the study will not, and what was mended while reading."""
    for text in plan.texts:
        if text.deed == LEFT:
            yield LEFT_TEXT, {"name": text.text.name or text.key, "reason": text.reason}
    for name, n in plan.project.losses.items():
        yield LOSSES[name], {"n": n}
    n_shades = sum(bool(code.foreign.shade) and not code.is_new for code in plan.codes)
    if n_shades:
        yield SHADES, {"n": n_shades}
    for name, n in plan.project.warnings.items():
        yield WARNINGS[name], {"n": n}
    for name, words in UNSTORED.items():
        if imported is not None and imported.counts[name]:
            yield words, {"n": imported.counts[name]}


def loss_lines(plan: ExchangePlan, imported: Imported | None = None) -> list[str]:
    """Return the losses in English, as a command prints them."""
    return [words.format(**values) for words, values in losses(plan, imported)]


def stored(imported: Imported) -> Iterator[Sentence]:
    """Yield what was stored."""
    for name, words in STORED.items():
        if imported.counts[name]:
            yield words, {"n": imported.counts[name]}


def stored_lines(imported: Imported) -> list[str]:
    """Return what was stored in English."""
    return [words.format(**values) for words, values in stored(imported)]
