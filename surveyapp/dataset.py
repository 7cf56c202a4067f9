"""Rows to analysis tables: the only bridge between the database and the analyses; used by jobs and commands."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import orjson
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import String, cast, select
from sqlalchemy.orm import Session

from analysis.qual.coded_text import CodedText, Mark
from analysis.tables import AnswerTable, CandidateRow, CaseColumn, CommentTable, InterviewTable, StudyTables
from instruments.schema import MISSING_CODES, NOT_REACHED, NUMBER_KINDS, Instrument, Item
from surveyapp.models.coding import Coding
from surveyapp.models.customer import COMPLETENESS, CUSTOMERS, RELATIONS, Customer, CustomerFile
from surveyapp.models.response import Response
from surveyapp.models.study import PILOT, Study
from surveyapp.models.wave import Wave
from surveyapp.services.action_feed import facts_at
from surveyapp.services.agreement import TextRow
from surveyapp.services.blinding import is_released
from surveyapp.services.case_columns import case_columns
from surveyapp.services.codebook_version import provenance_of
from surveyapp.services.coding_rows import coding_rows
from surveyapp.services.comment_rows import comment_rows
from surveyapp.services.customer import find_earlier_file, find_file
from surveyapp.services.customer_pack import unpacked
from surveyapp.services.member_check import count_checks
from surveyapp.services.norm import norms_of
from surveyapp.services.order import PAGES
from surveyapp.services.pace import pace_of
from surveyapp.services.privacy_mode import minimum_of
from surveyapp.services.release_plain import picker
from surveyapp.services.response_rows import PARTING, answers_of, chunks_of, documents_of, filled, order_of
from surveyapp.services.results_gate import check_results_may_leave, links_of, smallest_group
from surveyapp.services.study import template_of
from surveyapp.services.versions import WaveVersions, wave_versions

Numbers = NDArray[np.floating[Any]]
MS = 1000.0
INTERVIEW_COLUMNS = ("audience", "role", "held_on", "language", "questions", "is_verbatim")
CODING_COLUMNS = ("interview", "code", "polarity", "coder", "turn", "start", "end", "quote", "edited_quote",
                  "quote_kind")
LINK_COLUMNS = ("interview", "cause", "problem", "coder", "quote", "edited_quote", "quote_kind")
COMMENT_ITEM_COLUMNS = ("audience", "item", "n_comments", "n_blank", "n_dropped")
COMMENT_COLUMNS = ("source", "comment", "code", "polarity", "coder")
COMMENT_LINK_COLUMNS = ("source", "comment", "cause", "problem")
TURN_COLUMNS = ("interview", "turn", "speaker", "is_interviewee")


def load_tables(session: Session, study: Study, wave: Wave) -> StudyTables:
    """Return everything a diagnosis of the wave is computed from."""
    template = template_of(session, study)
    answers = {instrument.audience: load_answers(session, wave, instrument) for instrument in template.instruments}
    files = load_customer_tables(session, study)
    return StudyTables(
        template=template, answers=answers, interviews=load_interviews(session, study),
        **_customer_files(files), facts=facts_at(session, study, wave),
        thresholds=thresholds_of(session, study, wave), seed=study.seed, wave=wave.key, pace=pace_of(session, wave),
        comments=load_comments(session, study, wave),
        member_checks=_known_checks(session, study),
        codebook_versions=provenance_of(session, study, is_released(Coding)), norms=norms_of(session, study),
    )


def _customer_files(files: CustomerTables | None) -> dict[str, Any]:
    if files is None:
        return {}
    return {"customers": files.customers, "records": files.records, "relations": files.relations,
            "customers_before": files.before, "customer_dates": files.dates}


def _known_checks(session: Session, study: Study) -> Mapping[str, int]:
    counts = count_checks(session, study)
    return counts if counts["all"] else {}


def thresholds_of(session: Session, study: Study, wave: Wave) -> Mapping[str, float]:
    """Return the study's own thresholds; its smallest group is never below what the wave's respondents were told."""
    links = links_of(session, wave)
    promised = smallest_group(study, links) if links else 0
    return {**study.thresholds, "minimum_group": promised} if promised > minimum_of(study) else study.thresholds


def load_answers(session: Session, wave: Wave, instrument: Instrument) -> AnswerTable:
    """Return the submitted responses of the wave to any version of the questionnaire, by column of the merged set."""
    return _load(session, wave, wave_versions(session, wave, instrument.audience, instrument))


def load_pilot_answers(session: Session, wave: Wave, form: Instrument) -> AnswerTable:
    """Return the submitted responses of a pilot wave to the pilot form of a questionnaire."""
    return _load(session, wave, wave_versions(session, wave, form.audience, form, (PILOT,)))


def _load(session: Session, wave: Wave, versions: WaveVersions) -> AnswerTable:
    links = [link for link in links_of(session, wave) if link.id in versions.link_ids]
    check_results_may_leave(session, wave, links)
    gathered = _Gathered(versions)
    with _without_cycle_search():
        for rows in chunks_of(session, filled(Response.link_id.in_(versions.link_ids)).order_by(Response.key)):
            gathered.add(rows)
    return gathered.table()


@contextmanager
def _without_cycle_search() -> Iterator[None]:
    """Hold off the search for reference cycles: a million dictionaries come and go here, and none is in one."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class _Gathered:
    """Responses as they come from the database, chunk by chunk; numbers are matrices at once, for speed and memory."""

    def __init__(self, versions: WaveVersions) -> None:
        self.versions, self.instrument = versions, versions.instrument
        items = [item for item in self.instrument.items if item.stores_answer]
        self.order = [item.key for item in items]
        self.numbers = [item.key for item in items if item.kind in NUMBER_KINDS]
        self.pick = picker(self.numbers)
        self.words: dict[str, tuple[Item, list[Any]]] = {
            item.key: (item, []) for item in items if item.kind not in NUMBER_KINDS}
        self.ratings = {item.key: place for place, item in enumerate(
            item for item in self.instrument.items if item.kind == "rating")}
        self.sections = list(dict.fromkeys(item.section for item in self.instrument.items if item.kind == "rating"))
        self.keys: list[str] = []
        self.languages: list[str] = []
        self.modes: list[str] = []
        self.batches: list[str] = []
        self.raw: list[Numbers] = []
        self.places: list[Numbers] = []
        self.page_s: list[Numbers] = []
        self.duration_s: list[Numbers] = []
        self.has_page_times = False

    def add(self, rows: Sequence[Any]) -> None:
        """Take a chunk of rows, as `response_rows.filled` gives them."""
        # Who answered here is called by a number of this table: keys of the database go into no result.
        self.keys += [row[1] or f"here-{place:06d}" for place, row in enumerate(rows, len(self.keys))]
        self.languages += [row[2] for row in rows]
        self.modes += [row[9] or "" for row in rows]
        self.batches += [row[10] or "" for row in rows]
        answers = [self._read(row, pages) for row, pages in zip(rows, documents_of(rows), strict=True)]
        self.raw.append(self._numbers(answers))
        for key, (_, values) in self.words.items():
            values += [found.get(key, NOT_REACHED) for found in answers]
        self.places.append(self._places(rows))
        self._add_times(rows)

    def _read(self, row: Any, pages: list[dict[str, Any]]) -> Mapping[str, Any]:
        return self.versions.reading(row[7], row[8]).read(answers_of(pages))

    def _numbers(self, answers: list[Mapping[str, Any]]) -> Numbers:
        n = len(answers) * len(self.numbers)
        try:        # most people have a value or a code for every item
            found = np.fromiter(chain.from_iterable(map(self.pick, answers)), dtype=float, count=n)
        except KeyError:
            found = np.fromiter((own.get(key, NOT_REACHED) for own in answers for key in self.numbers), dtype=float,
                                count=n)
        return found.reshape(len(answers), len(self.numbers))

    def _places(self, rows: Sequence[Any]) -> Numbers:
        """Return the place of each rating item in the order its respondent saw, over all pages."""
        places = np.full((len(rows), len(self.ratings)), np.nan, dtype=np.float32)
        for number, row in enumerate(rows):
            if row[3] == "{}":
                continue
            order = self.versions.reading(row[7], row[8]).read_order(order_of(row[3]))
            sections = order.get(PAGES) or [section.key for section in self.instrument.sections]
            shown = [key for section in sections for key in order.get(section, ()) if key in self.ratings]
            places[number, [self.ratings[key] for key in shown]] = np.arange(len(shown))
        return places

    def _add_times(self, rows: Sequence[Any]) -> None:
        times: list[list[float | None]] = orjson.loads(f"[[{'],['.join([row[5] for row in rows])}]]")
        pages = np.full((len(rows), len(self.sections)), np.nan)
        whole = np.full(len(rows), np.nan)
        same: dict[str, list[int]] = {}
        for number, row in enumerate(rows):
            same.setdefault(row[6], []).append(number)
        for text, own in same.items():
            names = text.split(PARTING)
            block = np.array([times[number] for number in own], dtype=float) / MS
            known = np.isfinite(block)
            whole[own] = np.where(known.any(axis=1), np.nansum(block, axis=1), np.nan)
            # A file that knows the whole time only keeps it with one page.
            block[(known.sum(axis=1) == 1) & (len(names) > 1)] = np.nan
            self.has_page_times = self.has_page_times or bool(np.isfinite(block).any())
            for place, section in enumerate(self.sections):
                if section in names:
                    pages[own, place] = block[:, names.index(section)]
        self.page_s.append(pages)
        self.duration_s.append(whole)

    def table(self) -> AnswerTable:
        """Return everybody's answers in the order of their keys."""
        order = sorted(range(len(self.keys)), key=self.keys.__getitem__)
        index = pd.Index([self.keys[place] for place in order], dtype=object, name="respondent")
        values, codes = _split(_sorted(self.raw, order, len(self.numbers)))
        frame = pd.DataFrame(values, index=index, columns=self.numbers, copy=False)
        missing = pd.DataFrame(codes, index=index, columns=self.numbers, copy=False)
        if self.words:
            found = {key: _column(item, [own[place] for place in order], index)
                     for key, (item, own) in self.words.items()}
            frame = pd.concat([frame, pd.DataFrame({key: kept for key, (kept, _) in found.items()}, index=index)],
                              axis=1)[self.order]
            missing = pd.concat([missing, pd.DataFrame({key: own for key, (_, own) in found.items()}, index=index,
                                                       dtype=np.int8)], axis=1)[self.order]
        times = _sorted(self.page_s, order, len(self.sections))
        seconds = np.concatenate([np.empty(0), *self.duration_s])[order]
        return AnswerTable(
            instrument=self.instrument, values=frame, missing=missing,
            positions=pd.DataFrame(_sorted(self.places, order, len(self.ratings)), index=index,
                                   columns=list(self.ratings), copy=False),
            duration_s=pd.Series(seconds, index=index, dtype=float),
            language=pd.Series([self.languages[place] for place in order], index=index, dtype=object),
            page_s=pd.DataFrame(times, index=index, columns=self.sections) if self.has_page_times else None,
            mode=_known(self.modes, order, index), batch=_known(self.batches, order, index))


def _known(words: list[str], order: list[int], index: pd.Index) -> pd.Series | None:
    """Return a word for everybody, None where there is none of anybody."""
    return pd.Series([words[place] for place in order], index=index, dtype=object) if any(words) else None


def _sorted(blocks: list[Numbers], order: list[int], width: int) -> Numbers:
    """Return the blocks as one matrix in that order; each block is let go as soon as it is copied."""
    rank = np.empty(len(order), dtype=np.intp)
    rank[order] = np.arange(len(order))
    whole = np.empty((len(order), width))
    stop = len(order)
    while blocks:
        block = blocks.pop()
        whole[rank[stop - len(block):stop]] = block
        stop -= len(block)
    return whole


def _split(raw: Numbers) -> tuple[Numbers, NDArray[np.int8]]:
    """Return numbers and codes; a code is never a valid answer, which the checks of an instrument see to."""
    is_code = np.isin(raw, sorted(MISSING_CODES))
    codes = np.where(is_code, raw, 0).astype(np.int8)
    raw[is_code] = np.nan
    return raw, codes


def _column(item: Item, values: list[Any], index: pd.Index) -> tuple[pd.Series, list[int]]:
    """Return the words of an item and its missing codes; a refused choice counts as refused."""
    refused = {choice.value for choice in item.choices if choice.is_missing}
    codes = [_missing_code(value, refused) for value in values]
    kept = [None if code else _word(value) for value, code in zip(values, codes, strict=True)]
    # A series of objects stays one in a frame; an array would become text, in which a missing word is not None.
    return pd.Series(kept, index=index, dtype=object), codes


def _missing_code(value: Any, refused: set[str]) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value in MISSING_CODES:
        return value
    if isinstance(value, str) and value in refused:
        return -93
    return 0


def _word(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def load_interviews(session: Session, study: Study) -> InterviewTable | None:
    """Return the study's interviews with all coders' codings, None where none is logged."""
    rows = coding_rows(session, study)
    if not rows.interviews:
        return None
    interviews = pd.DataFrame([_as_dict(row, ("key", *INTERVIEW_COLUMNS)) for row in rows.interviews])
    return InterviewTable(
        interviews=interviews.set_index("key").rename_axis(None),
        codings=_frame(rows.codings, CODING_COLUMNS),
        links=_frame(rows.links, LINK_COLUMNS),
        turns=_frame(rows.turns, TURN_COLUMNS),
        double_coded=tuple(rows.double_coded),
        originals=_frame(rows.originals, CODING_COLUMNS),
        columns=tuple(CaseColumn(row.key, row.name, row.values) for row in case_columns(session, study)),
    )


def load_comments(session: Session, study: Study, wave: Wave) -> CommentTable | None:
    """Return the wave's comments that were handed over to coders, None where there are none."""
    rows = comment_rows(session, study, wave)
    if not rows.items:
        return None
    items = pd.DataFrame([_as_dict(row, ("key", *COMMENT_ITEM_COLUMNS)) for row in rows.items])
    return CommentTable(
        items=items.set_index("key").rename_axis(None), codings=_frame(rows.codings, COMMENT_COLUMNS),
        candidates=tuple(CandidateRow(row.kind, row.name, row.definition, row.n_comments, row.n_of, row.items)
                         for row in rows.candidates), double_coded=rows.double_coded,
        links=_frame(rows.links, COMMENT_LINK_COLUMNS) if rows.links else None)


def load_coded_texts(rows: Iterable[TextRow]) -> list[CodedText]:
    """Return texts that two or more coders have finished, as agreement is computed from."""
    return [CodedText(row.key, row.length, row.coders, row.turns, row.sentences, tuple(
        Mark(mark.coder, mark.code, mark.polarity, mark.start, mark.end) for mark in row.marks)) for row in rows]


def _as_dict(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _frame(rows: Iterable[Any], columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame([_as_dict(row, columns) for row in rows], columns=list(columns))


@dataclass(frozen=True)
class CustomerTables:
    """The customer files of a study as they were taken over; `dates` are the days of the earlier and the newest."""

    customers: pd.DataFrame
    records: pd.DataFrame | None = None
    relations: pd.DataFrame | None = None
    before: pd.DataFrame | None = None
    dates: tuple[str, str] = ("", "")


def load_customer_tables(session: Session, study: Study) -> CustomerTables | None:
    """Return the files in use, None where the study has no customer file."""
    newest = find_file(session, study, CUSTOMERS)
    if newest is None:
        return None
    earlier = find_earlier_file(session, study)
    records, relations = (find_file(session, study, kind) for kind in (COMPLETENESS, RELATIONS))
    return CustomerTables(
        customers=_load_file(session, newest), records=_load_file(session, records) if records else None,
        relations=_load_file(session, relations) if relations else None,
        before=_load_file(session, earlier) if earlier else None,
        dates=((earlier.as_on or "") if earlier else "", newest.as_on or ""))


def _load_file(session: Session, file: CustomerFile) -> pd.DataFrame:
    if file.content is not None:
        return unpacked(file.content)
    documents = session.scalars(select(cast(Customer.document, String)).where(Customer.file_id == file.id)
                                .order_by(Customer.number))
    return pd.DataFrame([orjson.loads(document) for document in documents])
