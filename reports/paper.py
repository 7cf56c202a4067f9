"""A questionnaire as sheets of A4 to be filled in by hand: same items, fixed order, a number beside each box.

The sheet carries the code of the outlet's batch and no number of its own: nothing on it tells who filled it in.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

from instruments.paper import Box, PaperPart, PaperQuestion, paper_parts
from instruments.schema import Instrument
from reports.apart import pdf_apart
from reports.render import HTML_LANGUAGE

STYLE = Path(__file__).parent / "styles" / "paper.css"
MOST_COLUMNS = 8            # boxes of a question that stand in one row under common headings
Words = Mapping[str, Any]
WORDS: Mapping[str, Words] = {
    "en": {
        "batch": "Batch", "how": "How to fill it in", "consent": "Your consent",
        "promise": "What becomes of your answers",
        "cross": "Cross one box for each question. The small number beside a box is for those who enter the answers.",
        "mend": "To change an answer, fill its box in completely and cross another one.",
        "aside": " <i>({})</i>", "many": "several answers", "most": "at most {n} answers",
        "rank": "write 1 for the first, 2 for the second …",
        "date": "year – month – day", "time": "hours : minutes", "hours": "hours", "days": "days", "years": "years",
        "upload": "A file cannot be given with this sheet. Please hand nothing in with it: it would not stay "
                  "anonymous. To send a file, fill the questionnaire in on a screen.",
        "consent_box": "I agree", "thanks": "Thank you. Please put the sheet into the closed box yourself.",
        "lines": (
            "Nobody is told who gave which answers. The sheet has no number; please do not write your name on it.",
            "Kept: your answers, their language and the outlet whose sheet this is. Not kept: your name, the day and "
            "the hour.",
            "Results appear only after collection is closed, and only for groups of at least {n} people.",
            "You can stop at any time. Once the sheet is in the box nobody can find it again, not even if you ask."),
    },
    "zh": {
        "batch": "批次", "how": "填写说明", "consent": "知情同意", "promise": "您的答案如何处理",
        "cross": "每题请在一个方框内打叉。方框旁的小号数字供录入人员使用。",
        "mend": "如需更改，请将原方框涂满，再在另一个方框内打叉。",
        "aside": "<i>（{}）</i>", "many": "可多选", "most": "最多选{n}项",
        "rank": "请填写名次：1为第一，2为第二，依此类推",
        "date": "年 – 月 – 日", "time": "时 : 分", "hours": "小时", "days": "天", "years": "年",
        "upload": "纸质问卷无法附带文件。请勿随卷提交任何材料，以免失去匿名性。如需提交文件，请在屏幕上填写问卷。",
        "consent_box": "同意", "thanks": "感谢您的参与。请您亲自将问卷投入密封的箱子。",
        "lines": (
            "不会告知任何人哪份答卷由谁填写。问卷上没有编号，请不要写姓名。",
            "保存：您的答案、作答语言、这份问卷所属的网点。不保存：姓名、作答的日期和时刻。",
            "结果在收集结束后才会呈现，且只呈现不少于{n}人的群体。",
            "您可以随时停止。问卷投入箱子后，任何人都无法再找到它，您本人提出要求也不例外。"),
    },
}
UNITS = {"percent": "%"}


def paper_pdf(instrument: Instrument, *, language: str, minimum_group: int, batch: str, printed_on: str) -> bytes:
    """Return the sheets as PDF; the same input gives the same bytes."""
    title = instrument.title.get(language) or instrument.key
    return pdf_apart(paper_html(instrument, language=language, minimum_group=minimum_group, batch=batch), title=title,
                     language=language, identifier=f"paper {instrument.key} {instrument.version} {language} {batch}",
                     frozen_on=printed_on)


def paper_html(instrument: Instrument, *, language: str, minimum_group: int, batch: str) -> str:
    """Return the sheets as HTML."""
    words = WORDS.get(language.split("-")[0], WORDS["en"])
    title = escape(instrument.title.get(language) or instrument.key)
    foot = escape(f"{words['batch']} {batch or '________'} · {instrument.key} {instrument.version}")
    parts = "".join(_part(part, words) for part in paper_parts(instrument, language))
    return (f'<!DOCTYPE html><html lang="{HTML_LANGUAGE.get(language, language)}"><head><meta charset="utf-8">'
            f"<title>{title}</title><style>{STYLE.read_text(encoding='utf-8')}</style></head>"
            f'<body class="paper {escape(language)}"><p class="running-foot">{foot}</p>'
            f'<p class="running-name">{title}</p><h1>{title}</h1>{_opening(instrument, language, minimum_group, words)}'
            f'{parts}<p class="thanks">{words["thanks"]}</p></body></html>')


def _opening(instrument: Instrument, language: str, minimum_group: int, words: Words) -> str:
    said = "".join(f"<li>{line.format(n=minimum_group)}</li>" for line in words["lines"])
    consent = ""
    if instrument.consent:
        consent = (f'<h2>{words["consent"]}</h2><p>{escape(instrument.consent.text.get(language, ""))}</p>'
                   f'<p class="choice">{_box("1")} {words["consent_box"]}</p>')
    intro = escape(instrument.intro.get(language, ""))
    return (f'<p class="lead">{intro}</p><h2>{words["promise"]}</h2><ul>{said}</ul>'
            f'<h2>{words["how"]}</h2><p>{words["cross"]} {words["mend"]}</p>{consent}')


def _part(part: PaperPart, words: Words) -> str:
    condition = f'<p class="condition">{escape(part.condition)}</p>' if part.condition else ""
    blocks = [list(block) for _, block in groupby(part.questions, key=_row_of)]
    body = "".join(_table(block) if _row_of(block[0]) else "".join(_question(question, words) for question in block)
                   for block in blocks)
    return f'<section><h2 class="part">{escape(part.title)}</h2>{condition}{body}</section>'


def _row_of(question: PaperQuestion) -> str:
    """Return what questions under common headings share; empty for one that stands alone."""
    if question.item.kind != "rating" or len(question.boxes) > MOST_COLUMNS:
        return ""
    return f"{question.item.scale}"


def _table(block: list[PaperQuestion]) -> str:
    heads = "".join(f'<th scope="col">{escape(box.label)}</th>' for box in block[0].boxes)
    rows = "".join(_row(question) for question in block)
    return f'<table class="likert"><thead><tr><td></td>{heads}</tr></thead><tbody>{rows}</tbody></table>'


def _row(question: PaperQuestion) -> str:
    cells = "".join(f"<td>{_box(box.number)}</td>" for box in question.boxes)
    return (f'<tr><th scope="row"><span class="n">{question.number}</span> {_condition(question)}'
            f"{escape(question.text)}</th>{cells}</tr>")


def _condition(question: PaperQuestion) -> str:
    return f'<i class="condition">{escape(question.condition)}</i> ' if question.condition else ""


def _question(question: PaperQuestion, words: Words) -> str:
    if question.item.kind == "note":
        return f"<p>{_condition(question)}{escape(question.text)}</p>"
    how = _how(question, words)
    aside = words["aside"].format(how) if how else ""
    head = (f'<p class="asked"><span class="n">{question.number}</span> {_condition(question)}{escape(question.text)}'
            f"{aside}</p>")
    return f'<div class="question">{head}{_field(question, words)}</div>'


def _how(question: PaperQuestion, words: Words) -> str:
    item = question.item
    if question.text.endswith((")", "）")):     # the author says it
        return ""
    if item.kind == "multiple":
        return str(words["most"]).format(n=item.max_choices) if item.max_choices else str(words["many"])
    return str(words["rank"]) if item.kind == "ranking" else ""


def _field(question: PaperQuestion, words: Words) -> str:
    item = question.item
    if item.kind == "upload":
        return f'<p class="line"><i>{words["upload"]}</i></p>'
    if item.kind == "text":
        return '<p class="lines"></p><p class="lines"></p><p class="lines"></p>'
    if item.kind in ("date", "time"):
        return f'<p class="line"><span class="blank"></span> {words[item.kind]}</p>'
    if not question.boxes:
        unit = UNITS.get(item.unit or "", str(words.get(item.unit or "", item.unit or "")))
        return f'<p class="line"><span class="blank"></span> {escape(unit)}</p>'
    kind = "scale" if item.kind == "rating" else "choices"
    return f'<ul class="{kind}">{"".join(_choice(box, kind) for box in question.boxes)}</ul>'


def _choice(box: Box, kind: str) -> str:
    # A point of a scale that is called by its number needs no label; an option that reads "1" does.
    label = "" if kind == "scale" and box.label == box.number else escape(box.label)
    blank = ' <span class="blank"></span>' if box.has_text else ""
    return f"<li>{_box(box.number)} {label}{blank}</li>"


def _box(number: str) -> str:
    return f'<span class="box"></span><span class="key">{number}</span>'
