"""A Qualtrics file (QSF) → its questions, blocks and flow in plain dataclasses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from instruments.errors import FileFormatError
from instruments.formats.json_source import as_list, as_mapping, as_text, is_on
from instruments.formats.wordings import language_code

Wording = Mapping[str, str]
Json = Mapping[str, Any]
_MOST_FLOW = 2_000


@dataclass(frozen=True)
class Part:
    """One choice, row or column of a question."""

    id: str
    text: Wording
    raw: Json

    @property
    def has_text(self) -> bool:
        return is_on(self.raw.get("TextEntry"))

    @property
    def is_exclusive(self) -> bool:
        return is_on(self.raw.get("ExclusiveAnswer"))


@dataclass(frozen=True)
class Question:
    """One question of Qualtrics; a column of a side-by-side question is one too."""

    id: str
    tag: str
    type: str
    selector: str
    sub_selector: str
    text: Wording
    raw: Json
    choices: tuple[Part, ...] = ()
    answers: tuple[Part, ...] = ()
    columns: tuple[Question, ...] = ()
    settings: Json = field(default_factory=dict)

    @property
    def place(self) -> str:
        return f"question {self.tag}"

    @property
    def recoded(self) -> Json:
        return as_mapping(self.raw.get("RecodeValues"))


@dataclass(frozen=True)
class Block:
    """One block of questions; `pages` are lists of elements between its page breaks."""

    id: str
    name: str
    kind: str
    pages: tuple[tuple[Json, ...], ...]
    options: Json


@dataclass(frozen=True)
class Survey:
    """A whole file."""

    entry: Json
    options: Json
    languages: tuple[tuple[str, str], ...]      # Qualtrics' code and ours, the base language first
    questions: Mapping[str, Question]
    blocks: Mapping[str, Block]
    flow: tuple[Json, ...]
    quotas: tuple[Json, ...]
    n_notes: int


def read_survey(document: Json, place: str) -> Survey:
    """Return what a file holds; FileFormatError when it is no survey of Qualtrics."""
    entry, elements = as_mapping(document.get("SurveyEntry")), as_list(document.get("SurveyElements"))
    elements = [element for element in elements if isinstance(element, dict)]
    if not entry or not any(element.get("Element") == "SQ" for element in elements):
        raise FileFormatError(
            place, "this is not a Qualtrics survey (SurveyEntry and SurveyElements are missing or hold no question).",
            "Choose a file that Qualtrics exported with Tools, Import/Export, Export Survey.")
    options = next((as_mapping(element.get("Payload")) for element in elements if element.get("Element") == "SO"), {})
    languages = _languages(entry, options)
    reader = _Reader(dict(languages))
    questions = {}
    for element in elements:
        if element.get("Element") == "SQ":
            question = reader.question(as_mapping(element.get("Payload")), as_text(element.get("PrimaryAttribute")))
            questions[question.id] = question
    blocks: dict[str, Block] = {}
    for element in elements:
        if element.get("Element") == "BL":
            blocks.update({block.id: block for block in map(_block, as_list(element.get("Payload")))})
    flow = next((as_mapping(element.get("Payload")).get("Flow") for element in elements
                 if element.get("Element") == "FL"), None)
    return Survey(
        entry, options, languages, questions, blocks, tuple(map(as_mapping, as_list(flow)[:_MOST_FLOW])),
        tuple(as_mapping(element.get("Payload")) for element in elements if element.get("Element") == "QO"),
        sum(element.get("Element") == "NT" for element in elements))


def _languages(entry: Json, options: Json) -> tuple[tuple[str, str], ...]:
    base = as_text(entry.get("SurveyLanguage")) or "EN"
    available = options.get("AvailableLanguages")
    others = list(available) if isinstance(available, dict) else [as_text(code) for code in as_list(available)]
    found: dict[str, str] = {}
    for code in (base, *others):
        ours = language_code(code)
        if code and ours and ours not in found.values():
            found[code] = ours
    return tuple(found.items())


def _block(raw: Any) -> Block:
    block = as_mapping(raw)
    pages: list[list[Json]] = [[]]
    for element in map(as_mapping, as_list(block.get("BlockElements"))):
        if element.get("Type") == "Page Break":
            pages.append([])
        elif element.get("Type") == "Question":
            pages[-1].append(element)
    return Block(
        as_text(block.get("ID")), as_text(block.get("Description")), as_text(block.get("Type")),
        tuple(tuple(page) for page in pages if page), as_mapping(block.get("Options")))


class _Reader:
    def __init__(self, languages: Mapping[str, str]) -> None:
        self._languages = languages
        self._base = next(iter(languages))

    def question(self, raw: Json, fallback: str) -> Question:
        """Return a question with its texts in every language."""
        identity = as_text(raw.get("QuestionID")) or fallback
        columns = []
        for number, column in as_mapping(raw.get("AdditionalQuestions")).items():
            columns.append(self.question({**as_mapping(column), "QuestionID": f"{identity}#{number}"}, ""))
        return Question(
            identity, as_text(raw.get("DataExportTag")) or identity, as_text(raw.get("QuestionType")),
            as_text(raw.get("Selector")), as_text(raw.get("SubSelector")),
            self._wording(raw, ("QuestionText",)), raw, tuple(self._parts(raw, "Choices", "ChoiceOrder")),
            tuple(self._parts(raw, "Answers", "AnswerOrder")), tuple(columns),
            as_mapping(as_mapping(raw.get("Validation")).get("Settings")))

    def _wording(self, raw: Json, path: tuple[str, ...]) -> dict[str, str]:
        found = {}
        translations = as_mapping(raw.get("Language"))
        for theirs, ours in self._languages.items():
            source: Any = raw if theirs == self._base else translations.get(theirs)
            for step in path:
                source = as_mapping(source).get(step)
            if as_text(source).strip():
                found[ours] = as_text(source)
        return found

    def _parts(self, raw: Json, name: str, order: str) -> Iterator[Part]:
        parts = as_mapping(raw.get(name))
        listed = [identity for entry in as_list(raw.get(order)) if (identity := as_text(entry)) in parts]
        for identity in dict.fromkeys([*listed, *parts]):
            yield Part(identity, self._wording(raw, (name, identity, "Display")), as_mapping(parts[identity]))
