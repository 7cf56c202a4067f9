"""The two sides of a row of the joint display, each with its direction and its prominence."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from analysis.diagnosis.thresholds import THRESHOLDS
from analysis.privacy import MINIMUM_GROUP, is_unanimous, suppress_cells
from analysis.results.comparisons import GroupComparison
from analysis.results.diagnosis import Diagnosis, InterviewEvidence, Level
from analysis.results.joint import DesignRow, Direction, Hindrance, SpokenSide, SpokenSilence, SurveySide
from instruments.template import StudyTemplate

VALUED = frozenset({"problem", "cause"})    # groups whose codes say that something is so, or is not so
THIRDS = 3
STAFF = ("staff", "manager")


class Sources:
    """A diagnosis looked up by construct and code, with the order of prominence in each group."""

    def __init__(self, diagnosis: Diagnosis, template: StudyTemplate, designs: Mapping[str, DesignRow]) -> None:
        self.diagnosis, self.template, self.designs = diagnosis, template, designs
        self.n_interviewed = sum(diagnosis.roles_interviewed.values())

    def threshold(self, name: str) -> float:
        """Return the value the diagnosis was judged by; the default for a diagnosis older than the threshold."""
        return self.diagnosis.provenance.thresholds.get(name, THRESHOLDS[name].default)

    @cached_property
    def levels(self) -> Mapping[str, Level]:
        of = self.diagnosis
        levels = (*(found.level for found in of.problems), *(found.level for found in of.causes),
                  *(found.level for found in of.situation), *(found.level for found in of.facets), *of.outcomes)
        return {level.construct: level for level in levels}

    @cached_property
    def evidence(self) -> Mapping[str, InterviewEvidence]:
        return {found.code: found for found in self.diagnosis.interviews}

    @cached_property
    def contrasts(self) -> Mapping[str, GroupComparison]:
        """Return for each construct the tested comparison of groups with the smallest q; ties by name."""
        ordered = sorted((test for test in self.diagnosis.group_tests if test.q_value is not None), reverse=True,
                         key=lambda test: (test.q_value, test.profile_item, test.first, test.second))
        return {test.construct: test for test in ordered}

    @cached_property
    def survey_thirds(self) -> Mapping[str, int]:
        pomp = {key: level.pomp for key, level in self.levels.items()
                if level.pomp is not None and level.n >= self.threshold("minimum_n_tests")}
        return self._thirds({key: value for key, value in pomp.items() if value is not None})

    @cached_property
    def spoken_thirds(self) -> Mapping[str, int]:
        shares = {}
        for key in self.designs:
            said = self.evidence_of(key)
            if said is not None and said.n_asked:
                shares[key] = said.supports / said.n_asked
        return self._thirds(shares)

    def _thirds(self, values: Mapping[str, float]) -> dict[str, int]:
        groups: dict[str, dict[str, float]] = {}
        for key, value in values.items():
            design = self.designs.get(key)
            if design is not None and design.group in VALUED and not design.silent:
                groups.setdefault(design.group, {})[key] = value
        return {key: third for own in groups.values()
                for key, third in terciles(own, minimum=int(self.threshold("joint_ranked"))).items()}

    def evidence_of(self, key: str) -> InterviewEvidence | None:
        """Return what was coded for a row; for a construct by the code nearest the root."""
        design = self.designs[key]
        book = self.template.codebook
        top = book.top_code_of(key) if book is not None else None
        return self.evidence.get(top.key if top is not None else next(iter(design.codes), ""))


def terciles(values: Mapping[str, float], *, minimum: int = 3) -> dict[str, int]:
    """Return in which third of the descending order each value lies.

    Parameters
    ----------
    values : Mapping[str, float]
        Key → value; equal values share their middle rank and so their third.
    minimum : int, optional
        Fewest values that are ordered.

    Returns
    -------
    dict[str, int]
        1 (highest) to 3, from the share ``(rank - 0.5) / n``; empty with fewer values than `minimum`.
    """
    n = len(values)
    if n < minimum:
        return {}
    found = {}
    for key, value in values.items():
        above = sum(other > value for other in values.values())
        ties = sum(other == value for other in values.values())
        place = above + ties / 2            # middle rank less one half
        found[key] = min(int(THIRDS * place / n) + 1, THIRDS)
    return found


# ---- survey -----------------------------------------------------------------------------------------------------
def survey_side(sources: Sources, design: DesignRow) -> SurveySide:
    """Return what the survey says of a row.

    Parameters
    ----------
    sources : Sources
    design : DesignRow

    Returns
    -------
    SurveySide
        Direction "for": the interval of the mean lies above the border of its group and the style-corrected mean does
        too (a problem or cause is present; a situation, experience or outcome is good). "against": the same below.
        Silent where no item asks, or fewer than `minimum_n_description` answered.
    """
    level = sources.levels.get(design.key)
    if not design.items or level is None or level.mean is None or level.n < sources.threshold("minimum_n_description"):
        return SurveySide(0 if level is None else level.n, None, None, None, None, None, "cannot_judge", "none", None,
                          "", "too_few" if design.items else "by_design")
    direction, hindrance = survey_direction(level, *_borders(sources, design.group),
                                            minimum=sources.threshold("minimum_n_tests"))
    quality = sources.diagnosis.scales.get(design.key)
    reliability = quality.reliability if quality is not None else None
    return SurveySide(
        level.n, level.mean, level.ci_low, level.ci_high, level.corrected_mean,
        reliability.alpha if reliability is not None else None, level.quality, direction,
        sources.survey_thirds.get(design.key), hindrance, "", sources.contrasts.get(design.key))


def _borders(sources: Sources, group: str) -> tuple[float, float]:
    """Return the borders in percent of the maximum: below the first is against, above the second is for."""
    if group in VALUED:
        border = (sources.threshold("tau") - 1) * 25
        return border, border
    if group == "experience":
        return sources.threshold("experience_weak_pomp"), sources.threshold("experience_good_pomp")
    border = sources.threshold("situation_border_pomp")
    return border, border


def survey_direction(level: Level, low: float, high: float, *, minimum: float) -> tuple[Direction, Hindrance]:
    """Return the direction of a level and, where it has none, why.

    Parameters
    ----------
    level : Level
        With its interval in percent of the maximum.
    low, high : float
        Borders 0..100.
    minimum : float
        Respondents needed for a direction.

    Returns
    -------
    tuple[str, str]
        for, against or undecided, and the hindrance ("" where there is none).
    """
    if level.n < minimum or level.pomp_low is None or level.pomp_high is None:
        return "undecided", "too_few_for_tests"
    if level.quality == "not_a_scale":
        return "undecided", "not_a_scale"
    corrected = _corrected_pomp(level)
    if level.pomp_low > high:
        return ("for", "") if corrected is None or corrected > high else ("undecided", "answering_style")
    if level.pomp_high < low:
        return ("against", "") if corrected is None or corrected < low else ("undecided", "answering_style")
    return "undecided", "interval_holds_border"


def _corrected_pomp(level: Level) -> float | None:
    """Return the style-corrected mean in percent of the maximum; the interval gives the length of a scale point."""
    known = (level.corrected_mean, level.mean, level.pomp, level.ci_low, level.ci_high, level.pomp_low, level.pomp_high)
    if any(value is None for value in known):
        return None
    corrected, mean, pomp, ci_low, ci_high, pomp_low, pomp_high = (float(value or 0.0) for value in known)
    width = ci_high - ci_low
    return None if width <= 0 else pomp + (corrected - mean) * (pomp_high - pomp_low) / width


# ---- interviews -------------------------------------------------------------------------------------------------
def spoken_side(sources: Sources, design: DesignRow) -> SpokenSide:
    """Return what the interviews say of a row.

    Parameters
    ----------
    sources : Sources
    design : DesignRow

    Returns
    -------
    SpokenSide
        Direction by interviewees, see `spoken_direction`. Roles whose members all said the same, or all but one, are
        left out with the next smallest, as in every table of groups. Silent by design, because nobody was interviewed,
        not asked, asked and not mentioned, mentioned by one person only, or because the coders disagree too much.
    """
    said = sources.evidence_of(design.key)
    code = said.code if said is not None else next(iter(design.codes), "")
    n_comments, n_of = _comments(sources, code)
    if said is None:
        silence: SpokenSilence = "not_interviewed" if design.codes else "by_design"
        return SpokenSide(code, sources.n_interviewed, 0, 0, 0, 0, 0, {}, None, "not_double_coded", "none", None,
                          silence, (), n_comments, n_of)
    voices, ratio = int(sources.threshold("joint_voices")), sources.threshold("interview_ratio")
    mentioned = said.supports + said.contradicts + said.mixed
    silence = _spoken_silence(sources, said, voices)
    direction: Direction = "none"
    if not silence:
        direction = (spoken_direction(said.supports, said.contradicts, said.mixed, voices=voices, ratio=ratio)
                     if design.group in VALUED else "not_valued")
    return SpokenSide(
        code, sources.n_interviewed, said.n_asked, said.supports, said.contradicts, said.mixed, said.roles,
        shown_roles(said.by_role, mentioned, said.n_asked), said.agreement, said.agreement_verdict, direction,
        sources.spoken_thirds.get(design.key), silence, _facets(sources, code, voices), n_comments, n_of)


def _spoken_silence(sources: Sources, said: InterviewEvidence, voices: int) -> SpokenSilence:
    mentioned = said.supports + said.contradicts + said.mixed
    cases: tuple[tuple[bool, SpokenSilence], ...] = (
        (not sources.n_interviewed, "not_interviewed"), (not said.n_asked, "not_asked"),
        (not mentioned, "asked_not_mentioned"), (mentioned < voices, "one_voice"),
        (said.agreement_verdict == "unusable", "coders_disagree"))
    return next((word for holds, word in cases if holds), "")


def spoken_direction(supports: int, contradicts: int, mixed: int, *, voices: int = 2, ratio: float = 2.0) -> Direction:
    """Return in which direction interviewees speak.

    Parameters
    ----------
    supports, contradicts, mixed : int
        Interviewees who say so, who say the opposite, who say both.
    voices : int, optional
        Interviewees that a direction needs.
    ratio : float, optional
        How often one side must outnumber the other.

    Returns
    -------
    str
        for: at least `voices` say so, `ratio` times as many as say the opposite, and no fewer than say both. against:
        the same with the sides exchanged. undecided otherwise.
    """
    if supports >= voices and supports >= ratio * contradicts and supports >= mixed:
        return "for"
    if contradicts >= voices and contradicts >= ratio * supports and contradicts >= mixed:
        return "against"
    return "undecided"


def shown_roles(by_role: Mapping[str, tuple[int, int]], n_mentioned: int, n_asked: int) -> dict[str, tuple[int, int]]:
    """Return the roles whose mentions may stand in a table beside its total.

    Parameters
    ----------
    by_role : Mapping[str, tuple[int, int]]
        Role → (mentions, interviewees asked), roles of at least the smallest group.
    n_mentioned, n_asked : int
        Over all roles, which are printed too.

    Returns
    -------
    dict[str, tuple[int, int]]
        Without roles in which all, or all but one, did the same, and without the next smallest that would give them
        away (`analysis.privacy.suppress_cells`). What is left when the roles shown are taken from the total is a group
        too: while that is alike, the smallest role shown is left out.
    """
    cells = {role: asked for role, (_, asked) in by_role.items()}
    alike = {role for role, counts in by_role.items() if _is_alike(*counts)}
    hidden = suppress_cells(cells, MINIMUM_GROUP, alike)
    shown = {role: counts for role, counts in by_role.items() if role not in hidden}
    while shown and _is_alike(n_mentioned - sum(k for k, _ in shown.values()),
                              n_asked - sum(n for _, n in shown.values())):
        del shown[min(shown, key=lambda role: (shown[role][1], role))]
    return shown


def _is_alike(raised: int, asked: int) -> bool:
    """Return whether all of a group, or all but one, did the same; of nobody it is not so."""
    return is_unanimous([True] * raised + [False] * (asked - raised))


def _facets(sources: Sources, code: str, voices: int) -> tuple[str, ...]:
    """Return the codes below a code that enough interviewees mention."""
    book = sources.template.codebook
    if book is None or not code:
        return ()
    below = [other.key for other in book.codes if code in book.ancestors(other.key)]
    found = {key: sources.evidence[key] for key in below if key in sources.evidence}
    return tuple(key for key, said in found.items() if said.supports + said.contradicts + said.mixed >= voices)


def _comments(sources: Sources, code: str) -> tuple[int, int]:
    counted = sources.diagnosis.comments
    own = [row for row in counted.codes if row.code == code and row.audience in STAFF] if counted is not None else []
    return sum(row.n for row in own), sum(row.n_of for row in own)
