"""Rows of a file of answers → responses, with everything that is wrong listed by row and column."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from instruments.schema import LEFT_BLANK, NOT_SHOWN
from surveyapp.errors import BadInput, RowError, marked
from surveyapp.services.answer_cell import CODES, CellFault, CellReader, read_duration, read_ticks, seconds_between
from surveyapp.services.answer_columns import DURATION, LANGUAGE, RESPONDENT, STARTED, SUBMITTED, Columns
from surveyapp.services.answer_file import AnswerFile
from surveyapp.services.questionnaire import Questionnaire
from surveyapp.services.relevance import relevance_of
from surveyapp.services.response_bulk import BulkResponse
from surveyapp.services.spreadsheet_cell import plain

MOST_ERRORS = 200           # listed; nobody mends more before trying again
LONGEST_ID = 120            # characters; the width of the column


class RowReader:
    """Reads rows into responses; gathers what is wrong and yields nothing any more once something is."""

    def __init__(self, questionnaire: Questionnaire, columns: Columns, file: AnswerFile,
                 known: set[str], mark: str) -> None:
        """`mark` names the file: without a column of identifiers, a person is known by it and the row's number."""
        self.mark, self.labels, self.has_apostrophes = mark, file.labels, file.has_apostrophes
        self.questionnaire, self.columns, self.header, self.seen = questionnaire, columns, file.header, known
        self.readers = {key: CellReader(questionnaire.item(key)) for key in columns.answered_items}
        self.text_readers = {name: CellReader(item) for page in questionnaire.pages for item in page.items
                             for name in item.text_fields.values() if name in columns.texts}
        self.section_of = {name: item.item.section for page in questionnaire.pages for item in page.items
                           for name in (item.key, *item.text_fields.values())}
        self.errors: list[RowError] = []
        self.n_errors = 0
        self.n_rows = 0

    def read_all(self, rows: Iterable[tuple[int, list[str]]]) -> Iterable[BulkResponse]:
        for number, cells in rows:
            self.n_rows += 1
            response = self._read_row(number, cells)
            if self.n_errors == 0:
                yield response

    def check(self, name: str, n: int) -> None:
        """Raise BadInput if a row could not be read or there was none; the transaction then undoes all of it."""
        if self.n_errors:
            raise BadInput(
                "{n} cells of {name} cannot be taken over; nothing was imported.",
                "Mend the places listed and import the file again.", tuple(self.errors), n=self.n_errors, name=name)
        if n == 0:
            raise BadInput("The file {name} has a header and no rows.", "Add one row a person.", name=name)

    def _fault(self, number: int, column: str, found: str, reason: str, remedy: str) -> None:
        self.n_errors += 1
        if len(self.errors) < MOST_ERRORS:
            self.errors.append(RowError(number, column, found[:80], reason, remedy))

    def _cell(self, cells: list[str], place: int | None) -> str:
        cell = cells[place].strip() if place is not None and place < len(cells) else ""
        return plain(cell) if self.has_apostrophes else cell

    def _read_row(self, number: int, cells: list[str]) -> BulkResponse:
        if len(cells) > len(self.header) and any(cell.strip() for cell in cells[len(self.header):]):
            self._fault(number, str(len(self.header) + 1), cells[len(self.header)],
                        marked("The row is longer than the header."),
                        marked("Put texts that hold the separator into quotation marks."))
        answers = self._answers(number, cells)
        response = BulkResponse(self._respondent(number, cells), self._language(number, cells), {})
        self._spread(response, answers, cells)
        for section, keys in self._orders(number, cells).items():
            response.shown_order[section] = keys
        duration = self._duration(number, cells)
        if duration is not None and response.pages:
            # The file knows the whole time only; it is kept with the first page, where the sum finds it.
            response.durations_ms[next(iter(response.pages))] = duration
        return response

    def _answers(self, number: int, cells: list[str]) -> dict[str, Any]:
        answers: dict[str, Any] = {}
        for key, place in self.columns.items.items():
            try:
                answers[key] = self._read(key, place, self._cell(cells, place))
            except CellFault as fault:
                self._fault(number, self.header[place], self._cell(cells, place), fault.reason, fault.remedy)
        for key, places in self.columns.choices.items():
            if answers.get(key, LEFT_BLANK) != LEFT_BLANK:
                continue
            marks = {choice: self._cell(cells, place) for choice, place in places.items()}
            try:
                answers[key] = read_ticks(self.readers[key], marks)
            except CellFault as fault:
                self._fault(number, ", ".join(self.header[place] for place in places.values()),
                            ", ".join(marks.values()), fault.reason, fault.remedy)
        return answers

    def _read(self, key: str, place: int, cell: str) -> Any:
        """Return the answer; a statistical file numbers choices its own way, so there the words come first."""
        reader, words = self.readers[key], self.labels.get(self.header[place], {}).get(cell)
        if words is None or cell in CODES:
            return reader.read(cell)
        first, second = (words, cell) if reader.item.item.choices else (cell, words)
        try:
            return reader.read(first)
        except CellFault:
            return reader.read(second)

    def _spread(self, response: BulkResponse, answers: dict[str, Any], cells: list[str]) -> None:
        """Put the answers on their pages; what the file leaves empty and nobody was asked counts as not shown."""
        relevance = relevance_of(self.questionnaire, answers)
        for page in self.questionnaire.pages:
            document: dict[str, Any] = {}
            for item in page.items:
                if item.kind == "note":
                    continue
                answer = answers.get(item.key, relevance.calculated.get(item.key))
                is_unasked = answer is None or (answer == LEFT_BLANK and not relevance.shows_item(item))
                document[item.key] = NOT_SHOWN if is_unasked else answer
                for name in item.text_fields.values():
                    text = self._cell(cells, self.columns.texts.get(name))
                    if text and text not in CODES:
                        document[name] = text
            if document:
                response.pages[page.key] = document

    def _respondent(self, number: int, cells: list[str]) -> str:
        if RESPONDENT not in self.columns.general:
            respondent, column = f"{self.mark}-{number}", ""
        else:
            respondent, column = self._named_respondent(cells)
        if not respondent:
            self._fault(number, column, "", marked("The person has no identifier."),
                        marked("Write a pseudonymous number or name."))
        elif len(respondent) > LONGEST_ID:
            self._fault(number, column, respondent, marked("The identifier is too long."),
                        f"Shorten it to {LONGEST_ID} characters.")
        elif respondent in self.seen:
            self._fault(number, column, respondent, marked("This person occurs twice, or was imported before."),
                        marked("Keep one row a person."))
        self.seen.add(respondent)
        return respondent

    def _named_respondent(self, cells: list[str]) -> tuple[str, str]:
        place = self.columns.general[RESPONDENT]
        return self._cell(cells, place), self.header[place]

    def _language(self, number: int, cells: list[str]) -> str:
        languages = self.questionnaire.instrument.languages
        cell = self._cell(cells, self.columns.general.get(LANGUAGE))
        if not cell or cell in CODES:
            return languages[0]
        for language in languages:
            if cell.lower().replace("_", "-").split("-")[0] == language.lower().split("-")[0]:
                return language
        self._fault(number, LANGUAGE, cell, marked("The questionnaire does not have this language."),
                    f"Use one of: {', '.join(languages)}.")
        return languages[0]

    def _duration(self, number: int, cells: list[str]) -> int | None:
        stated, started, submitted = (self._cell(cells, self.columns.general.get(name))
                                      for name in (DURATION, STARTED, SUBMITTED))
        try:
            duration = read_duration(stated)
        except CellFault as fault:
            self._fault(number, DURATION, stated, fault.reason, fault.remedy)
            return None
        if duration is not None:
            return duration
        try:
            return seconds_between(started, submitted)
        except CellFault as fault:
            self._fault(number, f"{STARTED}, {SUBMITTED}", f"{started}, {submitted}", fault.reason, fault.remedy)
            return None

    def _orders(self, number: int, cells: list[str]) -> dict[str, list[str]]:
        """Return the order shown per section, from columns that hold each item's place."""
        places: dict[str, list[tuple[float, str]]] = {}
        for key, column in self.columns.orders.items():
            cell = self._cell(cells, column)
            if not cell or cell in CODES:
                continue
            if not cell.removesuffix(".0").isdigit():
                self._fault(number, self.header[column], cell, marked("This is not a place in an order."),
                            marked("Write 1, 2, 3 …"))
                continue
            places.setdefault(self.section_of[key], []).append((float(cell), key))
        return {section: [key for _, key in sorted(found)] for section, found in places.items()}
