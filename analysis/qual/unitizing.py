"""Alpha for coders who also choose where a passage begins and ends: Krippendorff's unitizing family. Beta.

Beta, because the tables of the 2016 paper could not be had: the formulas are held to worked values of others, to a
reckoning place by place and to what must be so (identical coding gives 1). docs/rounds.md says where print differs.
A section is ``(start, end, value)``, half-open; what lies between sections is a gap. Sections of one coder must not
overlap: `united` joins those of one code, and codes that may overlap are measured one at a time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

from analysis.errors import TableError

Section = tuple[int, int, str]
GAP = ""                    # the value of what no coder gave a code; sorts before every code
_TINY = 1e-12


@dataclass(frozen=True)
class Continuum:
    """One text as several coders divided it: its length and each coder's sections in order of their place."""

    length: int
    coders: tuple[tuple[Section, ...], ...]

    def __post_init__(self) -> None:
        for sections in self.coders:
            ends = 0
            for start, end, value in sections:
                if not ends <= start < end <= self.length or value == GAP:
                    raise TableError("sections", f"{(start, end, value)} overlaps, is empty or lies outside the text.",
                                     "Join passages of one code with `united`; measure codes one at a time.")
                ends = end

    def pooled(self, value: str) -> Continuum:
        """Return the text with every code as this one; passages that touch are one."""
        return Continuum(self.length, tuple(
            united(((start, end) for start, end, _ in sections), value) for sections in self.coders))


@dataclass(frozen=True)
class UnitizedAlpha:
    """The family of 2016/2019; None = undefined."""

    all_values: float | None                    # uα: codes and gaps
    any_code: float | None                      # |uα: where something is coded, whatever the code
    codes_only: float | None                    # cuα: which code, where two coders coded
    by_code: Mapping[str, float | None]         # (k)uα


@dataclass(frozen=True)
class SquaredLengths:
    """α_U of 1995/2004 for one code, with what it is made of."""

    observed: float
    expected: float
    alpha: float | None


def united(sections: Iterable[tuple[int, int]], value: str) -> tuple[Section, ...]:
    """Return a coder's passages of one code as sections that do not overlap.

    Parameters
    ----------
    sections : iterable of (int, int)
        Half-open ranges in any order.
    value : str
        The code.

    Returns
    -------
    tuple of (int, int, str)
        In order of place; passages that overlap or touch are one.
    """
    found: list[tuple[int, int]] = []
    for start, end in sorted(sections):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple((start, end, value) for start, end in found)


def unitized_alpha(texts: Sequence[Continuum]) -> UnitizedAlpha:
    """Return the unitizing family of 2016/2019 over texts, each with the coders who coded it.

    Parameters
    ----------
    texts : sequence of Continuum
        Texts with two coders at least, who need not be the same in each: what two of them share is worth one part of
        the coders beside the first, as in a table of coincidences with gaps. Positions are code points.

    Returns
    -------
    UnitizedAlpha
        1 = the same passages with the same codes, 0 = as by chance; None where nothing varies.

    References
    ----------
    Krippendorff, Mathet, Bouvry & Widlöcher (2016), On the reliability of unitizing textual continua; Krippendorff
    (2019), Content Analysis, chapter 12.
    """
    if not texts or any(len(text.coders) <= 1 for text in texts):
        raise TableError("texts", "Two or more coders must have coded every text.",
                         "Leave out the texts that one alone has coded.")
    values = sorted({value for text in texts for sections in text.coders for _, _, value in sections})
    shared = Overlaps()
    pooled = Overlaps()
    for text in texts:
        shared.add(text)
        pooled.add(text.pooled("any"))
    return UnitizedAlpha(
        _alpha(shared.lengths, shared.self_pairs, [GAP, *values]),
        _alpha(pooled.lengths, pooled.self_pairs, [GAP, "any"]),
        _alpha(shared.lengths, shared.coded_pairs, values),
        {value: _alpha_of(shared.lengths, shared.coded_pairs, values, value) for value in values})


class Overlaps:
    """ℓ, the length two coders' sections share by their values, and Σ s, what a coder's own units would add to it."""

    def __init__(self) -> None:
        self.lengths: dict[tuple[str, str], float] = defaultdict(float)
        self.self_pairs: dict[str, float] = defaultdict(float)         # gaps: each place is a unit of its own
        self.coded_pairs: dict[str, float] = defaultdict(float)        # only what another coder coded too

    def add(self, text: Continuum) -> None:
        """Add what the coders of a text share."""
        m = len(text.coders)
        filled = [_with_gaps(sections, text.length) for sections in text.coders]
        for first, second in permutations(filled, 2):
            for a, b, length in _shared(first, second):
                self.lengths[a, b] += length / (m - 1)
        for place, own in enumerate(filled):
            others = united([(start, end) for number, sections in enumerate(text.coders) if number != place
                             for start, end, _ in sections], "any")
            for start, end, value in own:
                self.self_pairs[value] += end - start if value == GAP else (end - start) ** 2
                if value != GAP:
                    self.coded_pairs[value] += sum(
                        min(end, e) - max(start, b) for b, e, _ in others if b < end and e > start) ** 2


def overlaps_of(text: Continuum) -> Overlaps:
    """Return what the coders of one text share.

    Parameters
    ----------
    text : Continuum
        A text with two coders at least.

    Returns
    -------
    Overlaps
        Lengths by pair of values, and what own units would add to them.
    """
    found = Overlaps()
    found.add(text)
    return found


def _with_gaps(sections: Sequence[Section], length: int) -> list[Section]:
    found: list[Section] = []
    at = 0
    for start, end, value in sections:
        if start > at:
            found.append((at, start, GAP))
        found.append((start, end, value))
        at = end
    if at < length:
        found.append((at, length, GAP))
    return found


def _shared(first: Sequence[Section], second: Sequence[Section]) -> Iterable[tuple[str, str, int]]:
    """Yield the values of both and the length of each stretch on which neither changes."""
    i = j = 0
    while i < len(first) and j < len(second):
        a, b = first[i], second[j]
        length = min(a[1], b[1]) - max(a[0], b[0])
        if length > 0:
            yield a[2], b[2], length
        i, j = i + (a[1] <= b[1]), j + (b[1] <= a[1])


def _chance(lengths: Mapping[tuple[str, str], float], pairs: Mapping[str, float], values: Sequence[str],
            ) -> tuple[float, Mapping[str, float], float]:
    """Return ℓ.., ℓ by value and the divisor of ε."""
    by_value = {a: sum(lengths.get((a, b), 0.0) for b in values) for a in values}
    total = sum(by_value.values())
    return total, by_value, total - sum(pairs.get(a, 0.0) for a in values) / total if total else 0.0


def _alpha(lengths: Mapping[tuple[str, str], float], pairs: Mapping[str, float],
           values: Sequence[str]) -> float | None:
    total, by_value, divisor = _chance(lengths, pairs, values)
    if divisor < _TINY:
        return None
    expected = total - sum(by_value[a] ** 2 - pairs.get(a, 0.0) for a in values) / divisor
    observed = total - sum(lengths.get((a, a), 0.0) for a in values)
    return None if expected < _TINY else 1 - observed / expected


def _alpha_of(lengths: Mapping[tuple[str, str], float], pairs: Mapping[str, float], values: Sequence[str],
              value: str) -> float | None:
    total, by_value, divisor = _chance(lengths, pairs, values)
    if divisor < _TINY or by_value[value] < _TINY:
        return None
    self_pairs = pairs.get(value, 0.0)
    column = (by_value[value] * total - self_pairs) / divisor
    room = column - (by_value[value] ** 2 - self_pairs) / divisor
    if room < _TINY:
        return None
    return 1 - column / by_value[value] * (by_value[value] - lengths.get((value, value), 0.0)) / room


# ---- 1995/2004 ------------------------------------------------------------------------------------------------------
def alpha_u(coders: Sequence[Sequence[tuple[int, int]]], begin: int, length: int) -> SquaredLengths:
    """Return α_U of 1995/2004 for one code, which weighs differences of place by their square.

    Parameters
    ----------
    coders : sequence of sequences of (int, int)
        Each coder's passages of the code, half-open, not overlapping.
    begin, length : int
        The text: from `begin`, `length` positions long.

    Returns
    -------
    SquaredLengths
        ``1 - D_o / D_e`` with both; alpha None where no disagreement can be expected.

    References
    ----------
    Krippendorff (1995), On the reliability of unitizing continuous data; Krippendorff (2004), Content Analysis, p. 251.
    """
    filled = [_with_gaps([(start - begin, end - begin, "code") for start, end in sorted(own)], length)
              for own in coders]
    observed = _squared_differences(filled, length)
    expected = _expected_squares(filled, length)
    return SquaredLengths(observed, expected, None if expected < _TINY else 1 - observed / expected)


def alpha_u_of(codes: Iterable[SquaredLengths]) -> float | None:
    """Return α_U over several codes: differences and expectations are summed before they are divided.

    Parameters
    ----------
    codes : iterable of SquaredLengths
        The codes of one text.

    Returns
    -------
    float or None
        None where no disagreement can be expected.
    """
    found = list(codes)
    expected = sum(code.expected for code in found)
    return None if expected < _TINY else 1 - sum(code.observed for code in found) / expected


def _squared_differences(filled: Sequence[Sequence[Section]], length: int) -> float:
    m = len(filled)
    total = sum(_squared(g, h) for first, second in permutations(filled, 2) for g in first for h in second)
    return total / (m * (m - 1) * length**2)


def _squared(g: Section, h: Section) -> float:
    if g[2] != GAP and h[2] != GAP:
        return (g[0] - h[0]) ** 2 + (g[1] - h[1]) ** 2 if g[0] < h[1] and h[0] < g[1] else 0.0
    coded, gap = (g, h) if g[2] != GAP else (h, g)
    is_inside = coded[2] != GAP and gap[2] == GAP and gap[0] <= coded[0] and coded[1] <= gap[1]
    return float((coded[1] - coded[0]) ** 2) if is_inside else 0.0


def _expected_squares(filled: Sequence[Sequence[Section]], length: int) -> float:
    m = len(filled)
    units = [end - start for sections in filled for start, end, value in sections if value != GAP]
    gaps = [end - start for sections in filled for start, end, value in sections if value == GAP]
    numerator = sum((len(units) - 1) / 3 * (2 * unit**3 - 3 * unit**2 + unit)
                    + unit**2 * sum(gap - unit + 1 for gap in gaps if gap >= unit) for unit in units)
    divisor = m * length * (m * length - 1) - sum(unit * (unit - 1) for unit in units)
    return 2 / length * numerator / divisor if divisor > 0 else 0.0
