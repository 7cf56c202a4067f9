"""Agreement within a set of codes that exclude each other: where, and which of them. Unitizing alpha, beta."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import combinations

from analysis.qual.coded_text import CodedText, counted_places
from analysis.qual.unitizing import Continuum, Section, united, unitized_alpha
from analysis.qual.unitizing_interval import Numbers, unitized_intervals
from analysis.results.agreement import ExclusiveClash, SetAgreement
from instruments.template import Codebook

Place = tuple[int, int]
Values = Mapping[str, Collection[str]]          # the codes of a set, each with those below it


def set_agreements(texts: Sequence[CodedText], codebook: Codebook,
                   counts: Numbers | None = None) -> tuple[SetAgreement, ...]:
    """Return the agreement on every set of exclusive codes that the codebook declares.

    Parameters
    ----------
    texts : sequence of CodedText
        Texts that two or more coders have finished.
    codebook : Codebook
        A code whose children exclude each other makes a set of them; what is below a child counts for it.
    counts : array, shape (draws, texts), optional
        How often each resample holds each text; without it there are no intervals.

    Returns
    -------
    tuple of SetAgreement
        In the order of the codebook; sets of fewer than two codes are left out.
    """
    found = []
    for code in codebook.codes:
        values = {child.key: {child.key, *(other.key for other in codebook.codes
                                           if child.key in codebook.ancestors(other.key))}
                  for child in codebook.codes if code.has_exclusive_children and child.parent == code.key}
        if len(values) > 1:
            found.append(_set_agreement(texts, code.key, values, counts))
    return tuple(found)


def code_alpha(texts: Sequence[CodedText], codes: Collection[str]) -> float | None:
    """Return uα of one code against gaps.

    Parameters
    ----------
    texts : sequence of CodedText
        Texts that two or more coders have finished.
    codes : collection of str
        The code with its sub-codes.

    Returns
    -------
    float or None
        None where nothing varies.
    """
    return unitized_alpha([_continuum(text, {"code": codes}, []) for text in texts]).all_values


def _set_agreement(texts: Sequence[CodedText], parent: str, values: Values, counts: Numbers | None) -> SetAgreement:
    clashes = {text.key: _clashes(text, values) for text in texts}
    continua = [_continuum(text, values, [place for _, place in clashes[text.key]]) for text in texts]
    found = unitized_alpha(continua)
    length = sum(text.length * len(text.coders) for text in continua)
    coded = sum(end - start for text in continua for own in text.coders for start, end, _ in own)
    return SetAgreement(
        parent, tuple(values), tuple(key for key in values if key not in found.by_code), len(texts),
        coded / length if length else None, found.all_values, found.any_code, found.codes_only, found.by_code,
        tuple(clash for text in texts for clash, _ in clashes[text.key]),
        sum(text.length for text in map(_all_places, texts)) - sum(text.length for text in continua),
        sum(mark.code == parent for text in texts for mark in text.marks),
        {} if counts is None else unitized_intervals(continua, counts))


def _all_places(text: CodedText) -> Continuum:
    return _continuum(text, {}, [])


def _clashes(text: CodedText, values: Values) -> list[tuple[ExclusiveClash, Place]]:
    """Return where one coder gave two codes of the set to the same words, although they exclude each other."""
    found = []
    for coder in text.coders:
        sections = {key: _sections(text, coder, codes) for key, codes in values.items()}
        for one, other in combinations(values, 2):
            found += [(ExclusiveClash(text.key, coder, one, other, end - start), (start, end))
                      for start, end in _common(sections[one], sections[other])]
    return sorted(found, key=lambda entry: entry[1])


def _sections(text: CodedText, coder: str, codes: Collection[str]) -> tuple[Section, ...]:
    return united(((mark.start, mark.end) for mark in text.marks if mark.coder == coder and mark.code in codes), "x")


def _common(one: Sequence[Section], other: Sequence[Section]) -> list[Place]:
    return [(max(a, c), min(b, d)) for a, b, _ in one for c, d, _ in other if max(a, c) < min(b, d)]


def _continuum(text: CodedText, values: Values, left_out: Sequence[Place]) -> Continuum:
    """Return the counted places of a text in one row, without those left out, as its coders divided it."""
    kept = _without(counted_places(text), [(a, b) for a, b, _ in united(left_out, "x")])
    coders = []
    for coder in text.coders:
        own: list[Section] = []
        for key, codes in values.items():
            own += united(_moved([(start, end) for start, end, _ in _sections(text, coder, codes)], kept), key)
        coders.append(tuple(sorted(own)))
    return Continuum(sum(end - start for start, end in kept), tuple(coders))


def _without(places: Sequence[Place], gone: Sequence[Place]) -> list[Place]:
    found = []
    for start, end in places:
        at = start
        for first, last in gone:
            if last <= at or first >= end:
                continue
            if first > at:
                found.append((at, first))
            at = last
        if at < end:
            found.append((at, end))
    return found


def _moved(sections: Sequence[Place], kept: Sequence[Place]) -> list[Place]:
    """Return where sections lie once only the kept places are left, each after the one before it."""
    found, before = [], 0
    for start, end in kept:
        found += [(before + max(a, start) - start, before + min(b, end) - start)
                  for a, b in sections if max(a, start) < min(b, end)]
        before += end - start
    return found
