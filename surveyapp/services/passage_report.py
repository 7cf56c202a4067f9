"""Passages by code as a document to read: HTML, and DOCX with the headings of a word processor.

Interviewees are named by their key and role only; words of notes that were not said so stand without quotation marks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from surveyapp.models.interview import CONVERSATION
from surveyapp.services.codebook import CodeEntry
from surveyapp.services.exchange_rows import TakenCoding, TakenInterview, TakenPassage, TakenStudy
from surveyapp.services.interview import guide_of
from surveyapp.services.verbatim import VERBATIM, quote_kind

LANGUAGES = ("en", "zh")
SAID: Mapping[str, Mapping[str, str]] = {
    "en": {"title": "Passages by code", "counted": "Interviewees: {people} of {all} · passages: {n}",
           "comments": "comments: {n}", "unspecified": "role not stated", "colon": ": ", "mark": "{polarity} ({by})",
           "supports": "supports", "contradicts": "contradicts", "mixed": "mixed",
           "retired": "retired", "by": "coded by {coder}", "turn": "turn {n}", "memo": "Memo ({coder})",
           "semicolon": "; ", "links": "Causes named",
           "include": "Include", "exclude": "Exclude", "none": "Nothing is coded yet.",
           "about": "Study {study}. Passages that the reader of this file may see; people are counted once a code."},
    "zh": {"title": "按编码汇总的片段", "counted": "{all}名受访者中的{people}名，共{n}个片段", "comments": "{n}条意见",
           "unspecified": "岗位类别未注明", "colon": "：", "mark": "{polarity}（{by}）",
           "supports": "支持", "contradicts": "相反意见", "mixed": "两方面都有", "retired": "已停用",
           "by": "编码员：{coder}",
           "turn": "第{n}轮发言", "memo": "备忘（{coder}）", "semicolon": "；", "links": "提到的因果关系",
           "include": "纳入规则", "exclude": "排除规则",
           "none": "尚无编码。", "about": "研究：{study}。仅含本文件读者有权查看的片段；每个编码下每人只计一次。"},
}


Mark = tuple[TakenInterview, TakenPassage, TakenCoding]


@dataclass(frozen=True)
class Part:
    """One paragraph or heading; `level` 0 = text, 1 and more = heading; `kind` names its look."""

    kind: str
    text: str
    level: int = 0


def report_parts(taken: TakenStudy, language: str) -> Iterator[Part]:
    """Yield the report from top to bottom."""
    said = {**SAID[language], **_roles(taken, language)}
    yield Part("title", said["title"], 1)
    yield Part("about", said["about"].format(study=taken.name))
    n_all = sum(interview.row.kind == CONVERSATION for interview in taken.interviews)
    found = list(_by_code(taken))
    if not found:
        yield Part("about", said["none"])
    for entry, marks in found:
        yield from _code_parts(entry, marks, n_all, said, language)
        for interview, passage in {passage.guid: (interview, passage) for interview, passage, _ in marks}.values():
            codings = [coding for coding in passage.codings if coding.code == entry.key]
            yield from _passage_parts(taken, interview, passage, codings, said)
    yield from _link_parts(taken, said)


def _by_code(taken: TakenStudy) -> Iterator[tuple[CodeEntry, list[Mark]]]:
    marks: dict[str, list[Mark]] = {}
    for interview in taken.interviews:
        for passage in interview.all_passages:
            for coding in passage.codings:
                marks.setdefault(coding.code, []).append((interview, passage, coding))
    for entry in taken.codebook.entries:
        if entry.key in marks:
            yield entry, marks[entry.key]


def _code_parts(entry: CodeEntry, marks: list[Mark], n_all: int, said: Mapping[str, str],
                language: str) -> Iterator[Part]:
    definition = entry.definition
    state = "" if entry.is_active else f" ({said['retired']})"
    yield Part("code", f"{entry.key} {_in(definition.name, language)}{state}".strip(), 2)
    if _in(definition.definition, language):
        yield Part("definition", _in(definition.definition, language))
    for name in ("include", "exclude"):
        if _in(getattr(definition, name), language):
            yield Part("definition", f"{said[name]}{said['colon']}{_in(getattr(definition, name), language)}")
    people = {interview.row.key for interview, _, _ in marks if interview.row.kind == CONVERSATION}
    passages = {passage.guid for interview, passage, _ in marks if interview.row.kind == CONVERSATION}
    comments = {passage.guid for interview, passage, _ in marks if interview.row.kind != CONVERSATION}
    counted = [said["counted"].format(people=len(people), all=n_all, n=len(passages))]
    counted += [said["comments"].format(n=len(comments))] if comments else []
    yield Part("counted", SAID[language]["semicolon"].join(counted))


def _in(text: Mapping[str, str], language: str) -> str:
    return text.get(language) or next(iter(text.values()), "")


def _passage_parts(taken: TakenStudy, interview: TakenInterview, passage: TakenPassage,
                   codings: Sequence[TakenCoding], said: Mapping[str, str]) -> Iterator[Part]:
    """Yield the words once, where they stand, and what each coder made of them."""
    if passage.quote:
        yield Part("quote", _quoted(interview, passage))
    place = [interview.row.key, _role(interview, said),
             said["turn"].format(n=passage.turn) if passage.turn is not None else ""]
    marks = [said["mark"].format(polarity=said[coding.polarity], by=said["by"].format(coder=taken.coders[coding.coder]))
             for coding in codings]
    yield Part("source", " · ".join(words for words in (*place, *marks) if words))
    for coding in codings:
        if coding.memo:
            label = said["memo"].format(coder=taken.coders[coding.coder])
            yield Part("memo", f"{label}{said['colon']}{coding.memo}")


def _roles(taken: TakenStudy, language: str) -> dict[str, str]:
    """Return what the role classes of the guide are called."""
    guide = guide_of(taken.study)
    return {f"role {key}": _in(names, language) or key for key, names in (guide.roles if guide else {}).items()}


def _role(interview: TakenInterview, said: Mapping[str, str]) -> str:
    """Return the role class in words; comments have none."""
    role = interview.row.role
    return "" if interview.row.kind != CONVERSATION else said.get(f"role {role}") or said.get(role, role)


def _quoted(interview: TakenInterview, passage: TakenPassage) -> str:
    """Return the words, in quotation marks only where they were said so."""
    is_said = quote_kind(interview.row.record, interview.text, passage.start, passage.end) == VERBATIM
    left, right = ("“", "”") if is_said else ("", "")
    return f"{left}{passage.quote}{right}"


def _link_parts(taken: TakenStudy, said: Mapping[str, str]) -> Iterator[Part]:
    found = [(link, interview, passage) for interview in taken.interviews for passage in interview.all_passages
             for link in passage.links]
    if found:
        yield Part("code", said["links"], 2)
    for link, interview, passage in sorted(found, key=lambda row: (row[0].cause, row[0].problem, row[1].row.key)):
        yield Part("definition", f"{link.cause} → {link.problem}")
        if passage.quote:
            yield Part("quote", _quoted(interview, passage))
        yield Part("source", f"{interview.row.key} · {said['by'].format(coder=taken.coders[link.coder])}")
