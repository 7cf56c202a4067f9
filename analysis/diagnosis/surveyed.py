"""One audience's questionnaire, screened, scored and measured: what every later step starts from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.diagnosis.inferred import asked_of_some, hide_inferred
from analysis.diagnosis.ledgers import SharedLedgers
from analysis.privacy import PrintRegister, is_unanimous
from analysis.quant.careless.quality import quality_indices, screen
from analysis.quant.scoring import Scores, construct_items, recoded_items, scale_range, score_scales
from analysis.quant.structure import judged_quality, scale_quality
from analysis.results.diagnosis import Screening
from analysis.results.measurement import ScaleQuality
from analysis.results.quality import ScaleChange
from analysis.tables import AnswerTable, StudyTables
from instruments.schema import NOT_SHOWN, NUMBER_KINDS, Construct, ConstructGroup, Instrument

HIDDEN = -1
MEASURED_BY = ("omega_minimum_n", "structure_minimum_n", "eigenvalue_ratio", "loading_minimum")   # all but the verdict
RESPONDENTS = "respondents"         # the ledger of counts of people, beside one ledger a construct


@dataclass(frozen=True)
class Surveyed:
    """Answers of one audience; `scores` of the valid respondents, `all_scores` of everybody who submitted."""

    audience: str
    submitted: AnswerTable
    valid: AnswerTable
    screening: Screening
    scores: Scores
    all_scores: Scores
    quality: Mapping[str, ScaleQuality]
    constructs: tuple[Construct, ...]
    is_style_checkable: bool
    register: PrintRegister

    @property
    def instrument(self) -> Instrument:
        return self.valid.instrument

    @property
    def n(self) -> int:
        return self.valid.n

    @property
    def excluded_share(self) -> float:
        return len(self.screening.excluded) / self.screening.n_submitted if self.screening.n_submitted else 0.0

    def of_group(self, group: ConstructGroup) -> tuple[Construct, ...]:
        return tuple(construct for construct in self.constructs if construct.group == group)

    def range_of(self, construct_key: str) -> tuple[float, float]:
        return scale_range(self.instrument, construct_key)

    def verdict_of(self, construct_key: str) -> str:
        return self.quality[construct_key].verdict if construct_key in self.quality else "cannot_judge"


def survey_audience(tables: StudyTables, audience: str, thresholds: Mapping[str, float]) -> Surveyed:
    """Return the answers of one audience screened, scored and measured.

    Parameters
    ----------
    tables : StudyTables
        An audience without answers gives a table of no rows.
    audience : str
    thresholds : Mapping[str, float]
        Resolved thresholds.

    Returns
    -------
    Surveyed
        Exclusions as in section 1 of the model, scores as in section 2, reliability as in section 3.
    """
    received = tables.answers.get(audience) or empty_answers(tables.template.instrument(audience))
    side = measured_audience(received, screen(received, thresholds), thresholds)
    population = tables.facts.population.get(audience)
    changes = (scale_changes(side.quality, (side.valid, side.scores), (side.submitted, side.all_scores),
                             side.constructs, thresholds) if side.screening.excluded else ())
    return replace(side, screening=replace(
        side.screening, population=population,
        response_rate=side.screening.n_submitted / population if population else None,
        composition=_composition(side.valid, side.register), indices=quality_indices(received, thresholds),
        changes=changes))


def kept_answers(received: AnswerTable, excluded: tuple[str, ...], minimum: int) -> tuple[AnswerTable, AnswerTable]:
    """Return the answers of those who stay and of everybody, each without what few answered.

    Parameters
    ----------
    received : AnswerTable
        Everybody who submitted.
    excluded : tuple of str
        Respondents left out.
    minimum : int
        People a figure needs.

    Returns
    -------
    (AnswerTable, AnswerTable)
    """
    return withhold_of_few(received.without(frozenset(excluded)), minimum), withhold_of_few(received, minimum)


def measured_audience(received: AnswerTable, screening: Screening, thresholds: Mapping[str, float],
                      kept: tuple[AnswerTable, AnswerTable] | None = None) -> Surveyed:
    """Return the answers of one audience scored and measured, once it is known who is left out.

    Parameters
    ----------
    received : AnswerTable
        Everybody who submitted.
    screening : Screening
    thresholds : Mapping[str, float]
    kept : (AnswerTable, AnswerTable), optional
        As `kept_answers` gives them, where they are known already.

    Returns
    -------
    Surveyed
        All that grades hang on; what only describes the screening is not in it.
    """
    minimum, minimum_scales = int(thresholds["minimum_group"]), int(thresholds["style_minimum_scales"])
    valid, submitted = kept or kept_answers(received, screening.excluded, minimum)
    constructs = tuple(construct for construct in submitted.instrument.constructs
                       if construct_items(submitted.instrument, construct.key))
    scores = score_scales(valid, minimum_style_scales=minimum_scales)
    return Surveyed(
        audience=screening.audience, submitted=submitted, valid=valid, screening=screening, scores=scores,
        all_scores=score_scales(submitted, minimum_style_scales=minimum_scales) if screening.excluded else scores,
        quality={construct.key: scale_quality_of(valid, construct, thresholds) for construct in constructs},
        constructs=constructs, is_style_checkable=is_style_checkable(submitted.instrument, constructs, minimum_scales),
        register=SharedLedgers(minimum))


def scale_quality_of(valid: AnswerTable, construct: Construct, thresholds: Mapping[str, float]) -> ScaleQuality:
    """Return how well a scale measures among these respondents.

    Parameters
    ----------
    valid : AnswerTable
    construct : Construct
    thresholds : Mapping[str, float]

    Returns
    -------
    ScaleQuality
    """
    reverse = [item.key for item in construct_items(valid.instrument, construct.key) if item.is_reverse]
    gates = tuple(thresholds.get(name) for name in MEASURED_BY)
    measured: ScaleQuality = valid.remembered.once(
        ("scale_quality", construct.key, *gates),
        lambda: scale_quality(construct.key, recoded_items(valid, construct.key), thresholds=thresholds,
                              reverse=reverse))
    return judged_quality(measured, thresholds)


def scale_changes(quality: Mapping[str, ScaleQuality], stayed: tuple[AnswerTable, Scores],
                  everybody: tuple[AnswerTable, Scores], constructs: tuple[Construct, ...],
                  thresholds: Mapping[str, float]) -> tuple[ScaleChange, ...]:
    """Return what leaving people out does to each scale.

    Parameters
    ----------
    quality : mapping of construct → ScaleQuality
        Of those who stay.
    stayed, everybody : (AnswerTable, Scores)
        Without and with those left out.
    constructs : tuple of Construct
    thresholds : Mapping[str, float]
        `disclosure_minimum_excluded`: with fewer left out of a scale only whether its verdict changes is told, because
        the difference of two figures would disclose who they are (section 1).

    Returns
    -------
    tuple of ScaleChange
    """
    table, all_scores = everybody
    found = []
    for construct in constructs:
        key, own = construct.key, quality[construct.key]
        whole = scale_quality_of(table, construct, thresholds)
        scores, with_all = stayed[1].plain[key].dropna(), all_scores.plain[key].dropna()
        is_told = (len(with_all) - len(scores) >= thresholds["disclosure_minimum_excluded"]
                   and len(scores) >= thresholds["minimum_n_description"])
        told = (float(scores.mean()), float(with_all.mean()), _alpha(own), _alpha(whole), own.smallest_loading,
                whole.smallest_loading) if is_told else (None,) * 6
        mean, mean_all, alpha, alpha_all, loading, loading_all = told
        found.append(ScaleChange(key, mean, mean_all, alpha, alpha_all, loading, loading_all, own.verdict,
                                 own.verdict != whole.verdict))
    return tuple(found)


def _alpha(quality: ScaleQuality) -> float | None:
    return quality.reliability.alpha.value if quality.reliability is not None else None


def is_style_checkable(instrument: Instrument, constructs: tuple[Construct, ...], minimum_scales: int) -> bool:
    """Return whether a questionnaire has scales enough with direct and reverse items to measure answering style.

    Parameters
    ----------
    instrument : Instrument
    constructs : tuple of Construct
    minimum_scales : int

    Returns
    -------
    bool
    """
    kinds = [{item.is_reverse for item in construct_items(instrument, construct.key)} for construct in constructs]
    return sum(len(kind) > 1 for kind in kinds) >= minimum_scales


def empty_answers(instrument: Instrument) -> AnswerTable:
    """Return an answer table of no respondents, so that a questionnaire nobody filled is diagnosed like any other.

    Parameters
    ----------
    instrument : Instrument

    Returns
    -------
    AnswerTable
        Zero rows, a column an item that stores an answer.
    """
    items = [item for item in instrument.items if item.stores_answer]
    rows = pd.Index([], dtype=object)
    values = pd.DataFrame({item.key: np.array([], dtype=float if item.kind in NUMBER_KINDS else object)
                           for item in items}, index=rows)
    ratings = [item.key for item in items if item.kind == "rating"]
    return AnswerTable(
        instrument=instrument, values=values,
        missing=pd.DataFrame({item.key: np.array([], dtype=np.int8) for item in items}, index=rows),
        positions=pd.DataFrame({key: np.array([], dtype=float) for key in ratings}, index=rows),
        duration_s=pd.Series(np.array([], dtype=float), index=rows),
        language=pd.Series(np.array([], dtype=object), index=rows))


def withhold_of_few(table: AnswerTable, minimum: int) -> AnswerTable:
    """Return the answers without those to questions that would tell what single people of a small group said.

    Parameters
    ----------
    table : AnswerTable
    minimum : int
        People a figure needs.

    Returns
    -------
    AnswerTable
        A question that only some were asked (managers, say) counts as asked of nobody where fewer than `minimum`
        answered it, and where fewer than two of them answered otherwise than most. Texts have a rule of their own.
    """
    withheld = [item.key for item in table.instrument.items
                if item.key in table.values.columns and item.kind != "text" and _is_of_few(table, item.key, minimum)]
    if not withheld:
        return table
    values, missing = table.values.copy(), table.missing.copy()
    for key in withheld:
        values[key] = pd.Series(np.nan if values[key].dtype == float else None, values.index, values[key].dtype)
        missing[key] = np.int8(NOT_SHOWN)
    return replace(table, values=values, missing=missing)


def _is_of_few(table: AnswerTable, item: str, minimum: int) -> bool:
    is_asked = table.missing[item].to_numpy() != NOT_SHOWN
    if is_asked.all() or not is_asked.any():
        return False
    answers = table.values[item].dropna().tolist()
    return len(answers) < minimum or is_unanimous(answers)


def profile_groups(table: AnswerTable) -> dict[str, dict[str, frozenset[str]]]:
    """Return who gave which answer to each profile item.

    Parameters
    ----------
    table : AnswerTable

    Returns
    -------
    dict[str, dict[str, frozenset[str]]]
        Single-choice profile item → choice, in the order of the questionnaire → respondent keys. Who did not answer,
        or chose "prefer not to say", is in none.
    """
    groups: dict[str, dict[str, frozenset[str]]] = {}
    for item in table.instrument.items_of_role("profile"):
        if item.kind != "single" or item.key not in table.values.columns:
            continue
        answers = table.values[item.key]
        groups[item.key] = {choice.value: frozenset(answers.index[(answers == choice.value).to_numpy()])
                            for choice in item.choices if not choice.is_missing}
    return groups


def _composition(valid: AnswerTable, register: PrintRegister) -> dict[str, dict[str, int]]:
    """Return how many people gave each profile answer, hidden where it speaks of too few or lets them be inferred."""
    everybody, tables = frozenset(valid.values.index), profile_groups(valid)
    hidden = hide_inferred(
        tables, {item: register.print_table(RESPONDENTS, cells, total=everybody) for item, cells in tables.items()},
        everybody, asked_of_some(valid), register.minimum)
    return {item: {choice: HIDDEN if choice in hidden[item] else len(people) for choice, people in cells.items()}
            for item, cells in tables.items()}
