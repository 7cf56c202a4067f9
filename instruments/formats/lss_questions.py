"""Tables of a LimeSurvey file → groups of questions with their texts, subquestions, answers and attributes.

Up to 2018 each table held one row per language; since then wordings stand in tables of their own (`…_l10ns`). Both are
read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from instruments.formats.lss_tables import Tables
from instruments.formats.wordings import language_code

Wording = Mapping[str, str]     # language → HTML


@dataclass(frozen=True)
class Answer:
    """One answer option of a question; `scale` 1 is the second scale of a dual array."""

    code: str
    label: Wording
    scale: int
    assessment: str


@dataclass(frozen=True)
class SubQuestion:
    """One row (scale 0) or column (scale 1) of a question with several."""

    qid: str
    code: str
    text: Wording
    scale: int
    relevance: str


@dataclass(frozen=True)
class Question:
    """One question of LimeSurvey."""

    qid: str
    code: str
    type: str
    theme: str
    text: Wording
    help: Wording
    has_other: bool
    mandatory: str
    relevance: str
    pattern: str
    attributes: Mapping[str, Wording] = field(default_factory=dict)     # value by language, "" for all
    rows: tuple[SubQuestion, ...] = ()
    columns: tuple[SubQuestion, ...] = ()
    answers: tuple[Answer, ...] = ()
    defaults: Mapping[tuple[str, str], str] = field(default_factory=dict)  # (subquestion id or "0", kind) → value
    has_script: bool = False

    def attribute(self, name: str) -> str:
        """Return an attribute that has no language, without spaces around it."""
        return self.attributes.get(name, {}).get("", "").strip()

    @property
    def place(self) -> str:
        return f"question {self.code or self.qid}"


@dataclass(frozen=True)
class Group:
    """One group of questions, which LimeSurvey shows on a page."""

    gid: str
    name: Wording
    description: Wording
    relevance: str
    randomization: str
    questions: tuple[Question, ...]


def read_groups(tables: Tables, languages: tuple[tuple[str, str], ...]) -> list[Group]:
    """Return the groups in their order; `languages` are pairs of LimeSurvey's code and ours."""
    return list(_Reader(tables, dict(languages)).groups())


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        return 0


class _Reader:
    def __init__(self, tables: Tables, languages: Mapping[str, str]) -> None:
        self._tables, self._languages = tables, languages
        self._base = next(iter(languages))

    def groups(self) -> Iterator[Group]:
        found = self._merged("groups", "gid")
        texts = self._texts("groups", "group_l10ns", "gid", ("group_name", "description"))
        questions = self._questions()
        by_group: dict[str, list[Question]] = {}
        for gid, question in questions:
            by_group.setdefault(gid, []).append(question)
        for row in sorted(found, key=lambda row: _number(row.get("group_order", ""))):
            words = texts.get(row["gid"], {})
            yield Group(
                row["gid"], words.get("group_name", {}), words.get("description", {}), row.get("grelevance", ""),
                row.get("randomization_group", "").strip(), tuple(by_group.pop(row["gid"], ())))
        for gid, rest in by_group.items():      # a question file has no groups
            yield Group(gid or "1", {}, {}, "", "", tuple(rest))

    def _merged(self, table: str, key: str) -> list[dict[str, str]]:
        """Return one row per thing where the table may hold one per language."""
        found: dict[str, dict[str, str]] = {}
        for row in self._tables.of(table):
            if row.get(key) and (row[key] not in found or row.get("language") == self._base):
                found[row[key]] = row
        return list(found.values())

    def _texts(
        self, table: str, own_table: str, key: str, fields: tuple[str, ...],
    ) -> dict[str, dict[str, dict[str, str]]]:
        """Return the wordings: id → field → language → HTML."""
        found: dict[str, dict[str, dict[str, str]]] = {}
        for name in (table, own_table):
            for row in self._tables.of(name):
                language = self._languages.get(row.get("language", ""))
                if language is None or not row.get(key):
                    continue
                for field_name in fields:
                    if row.get(field_name):
                        found.setdefault(row[key], {}).setdefault(field_name, {})[language] = row[field_name]
        return found

    def _questions(self) -> Iterator[tuple[str, Question]]:
        texts = self._texts("questions", "question_l10ns", "qid", ("question", "help", "script"))
        attributes = self._attributes()
        subquestions = self._subquestions()
        answers = self._answers()
        defaults = self._defaults()
        rows = [row for row in self._merged("questions", "qid") if row.get("parent_qid", "0") in ("0", "")]
        for row in sorted(rows, key=lambda row: (_number(row.get("question_order", "")), _number(row["qid"]))):
            words = texts.get(row["qid"], {})
            parts = subquestions.get(row["qid"], [])
            yield row.get("gid", ""), Question(
                row["qid"], row.get("title", "").strip(), row.get("type", ""), row.get("question_theme_name", ""),
                words.get("question", {}), words.get("help", {}), row.get("other") == "Y",
                row.get("mandatory", "N"), row.get("relevance", ""), row.get("preg", ""),
                attributes.get(row["qid"], {}), tuple(part for part in parts if part.scale == 0),
                tuple(part for part in parts if part.scale == 1), tuple(answers.get(row["qid"], ())),
                defaults.get(row["qid"], {}), bool(words.get("script")))

    def _attributes(self) -> dict[str, dict[str, dict[str, str]]]:
        found: dict[str, dict[str, dict[str, str]]] = {}
        for row in self._tables.of("question_attributes"):
            named = row.get("language", "")
            language = self._languages.get(named, "") if named else ""
            if row.get("qid") and row.get("attribute") and row.get("value") and (language or not named):
                found.setdefault(row["qid"], {}).setdefault(row["attribute"], {})[language] = row["value"]
        return found

    def _subquestions(self) -> dict[str, list[SubQuestion]]:
        texts = self._texts("subquestions", "question_l10ns", "qid", ("question",))
        found: dict[str, list[SubQuestion]] = {}
        rows = self._merged("subquestions", "qid")
        for row in sorted(rows, key=lambda row: (_number(row.get("question_order", "")), _number(row["qid"]))):
            found.setdefault(row.get("parent_qid", ""), []).append(SubQuestion(
                row["qid"], row.get("title", "").strip(), texts.get(row["qid"], {}).get("question", {}),
                _number(row.get("scale_id", "")), row.get("relevance", "")))
        return found

    def _answers(self) -> dict[str, list[Answer]]:
        words = self._texts("answers", "answer_l10ns", "aid", ("answer",))
        found: dict[tuple[str, str, str], tuple[int, str, Answer]] = {}
        for row in self._tables.of("answers"):
            code = row.get("code", "").strip()
            if not row.get("qid") or not code:
                continue
            key = (row["qid"], row.get("scale_id", "0"), code)
            label = dict(words.get(row.get("aid", ""), {}).get("answer", {}))
            language = self._languages.get(row.get("language", ""))
            if language and row.get("answer"):
                label[language] = row["answer"]
            known = found.get(key)
            if known is not None:       # the same answer in another language
                label = {**known[2].label, **label}
            answer = Answer(code, label, _number(key[1]), row.get("assessment_value", "0"))
            found[key] = (_number(row.get("sortorder", "")), row["qid"], answer)
        by_question: dict[str, list[Answer]] = {}
        for _order, qid, answer in sorted(found.values(), key=lambda entry: entry[0]):
            by_question.setdefault(qid, []).append(answer)
        return by_question

    def _defaults(self) -> dict[str, dict[tuple[str, str], str]]:
        words = {
            (row.get("dvid", ""), row.get("language", "")): row.get("defaultvalue", "")
            for row in self._tables.of("defaultvalue_l10ns")}
        found: dict[str, dict[tuple[str, str], str]] = {}
        for row in self._tables.of("defaultvalues"):
            value = row.get("defaultvalue") or words.get((row.get("dvid", ""), self._base), "")
            if not value or row.get("language", self._base) not in (self._base, ""):
                continue
            kind = row.get("specialtype", "") or f"scale{row.get('scale_id') or '0'}"
            found.setdefault(row.get("qid", ""), {})[(row.get("sqid") or "0", kind)] = value
        return found


def languages_of(tables: Tables) -> tuple[tuple[str, str], ...]:
    """Return pairs of LimeSurvey's language code and ours, the base language first."""
    survey = tables.first("surveys")
    base = survey.get("language", "").strip()
    listed = [base, *survey.get("additional_languages", "").split(), *tables.languages]
    known = list(dict.fromkeys(code for code in listed if code)) or ["en"]
    found: dict[str, str] = {}
    for code in known:
        ours = language_code(code)
        found[code] = ours if ours not in found.values() else code.lower()
    return tuple(found.items())
