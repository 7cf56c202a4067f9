"""Results of comparing two waves. Unrounded; None = cannot be computed. Never a statement of what caused a change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from analysis.results.measurement import Estimate
from analysis.results.sem import ChiSquare

ItemStatus = Literal["same", "reworded", "changed", "only_first", "only_second"]
InvarianceWord = Literal["shown", "partly", "cannot_be_judged"]
StepLevel = Literal["configural", "metric", "scalar", "partial"]
WaveVerdict = Literal["changed", "no_demonstrable_change", "withheld", "refused"]


@dataclass(frozen=True)
class ItemMatch:
    """What became of an item between two waves; the hashes are of what its answers mean and of its words."""

    key: str
    status: ItemStatus
    meaning_first: str = ""
    meaning_second: str = ""
    wording_first: str = ""
    wording_second: str = ""


@dataclass(frozen=True)
class InvarianceStep:
    """One step of equality between the waves: configural (same factor), metric (loadings), scalar (intercepts).

    `partial` is the scalar step without the items that differ; `difference` is the scaled test beside the step before
    (for `partial`: the last step that held).
    """

    level: StepLevel
    chi2: float
    df: int
    cfi: float
    rmsea: float
    difference: ChiSquare | None = None


@dataclass(frozen=True)
class InvarianceEvidence:
    """In one word, whether a scale measures the same in both waves; `flagged` items do not."""

    word: InvarianceWord
    reason: str
    n_first: int
    n_second: int
    flagged: tuple[str, ...] = ()
    steps: tuple[InvarianceStep, ...] = ()
    method: str = ""


@dataclass(frozen=True)
class LinkedPeople:
    """People who took part in both waves, and how they differ from those who did not."""

    n_both: int
    n_only_first: int
    n_only_second: int
    r: float | None                     # of their two scores
    left: Estimate | None               # first wave: those who left minus those who stayed
    joined: Estimate | None             # second wave: those who joined minus those who stayed


@dataclass(frozen=True)
class DetectableChange:
    """The smallest true change that two waves of this size find with the stated power."""

    value: float                        # in scale points
    standard_error: float
    df: float
    power: float
    alpha: float                        # of one test, after sharing it among the family
    method: str


@dataclass(frozen=True)
class ScaleWaves:
    """One scale in two waves; differences are second minus first."""

    scale: str
    items: tuple[str, ...]              # compared: same meaning in both waves
    refused: tuple[str, ...]            # items left out because their answers mean something else now
    flagged: tuple[str, ...]            # items reworded, or not invariant
    n_first: int                        # people compared: where they are linked, those in both waves
    n_second: int
    first: Estimate
    second: Estimate
    sd: float | None                    # within the waves
    alpha_first: float | None
    alpha_second: float | None
    difference: Estimate
    difference_without_flagged: Estimate | None
    difference_reweighted: Estimate | None      # second wave weighted to the first wave's units
    effect: Estimate                    # Hedges' g, spreads not pooled
    p_value: float | None
    q_value: float | None
    invariance: InvarianceEvidence
    linked: LinkedPeople | None
    detectable: DetectableChange | None
    verdict: WaveVerdict
    reasons: tuple[str, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class UnitShare:
    """One unit's share of the answers of each wave."""

    unit: str
    n_first: int
    n_second: int
    share_first: float
    share_second: float


@dataclass(frozen=True)
class RegressionToMean:
    """The unit that stood worst in the first wave: how much of its way back is chance alone."""

    scale: str
    unit: str
    n_units: int
    n_first: int
    n_second: int
    first: float
    second: float
    change: float
    expected_return: Estimate           # towards all units, without any true change of its standing
    expected_second: Estimate           # its second mean then, with the others' change; prediction interval
    beyond: Estimate                    # observed second minus expected
    is_beyond: bool
    method: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class WaveComparison:
    """Two waves side by side."""

    first: str
    second: str
    n: int
    n_first: int
    n_second: int
    is_linked: bool
    items: tuple[ItemMatch, ...]
    scales: tuple[ScaleWaves, ...]
    composition: tuple[UnitShare, ...]
    worst_units: tuple[RegressionToMean, ...]
    method: str
    warnings: tuple[str, ...] = ()
