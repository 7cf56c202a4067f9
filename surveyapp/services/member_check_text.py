"""The summary of an interview as a letter to its interviewee: plain text, or a Word document with room to correct."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from surveyapp.services.member_check import Point
from surveyapp.services.note_sheet_document import word_document

LETTER = {
    "en": ("Summary of our conversation",
           "Thank you for talking with us. Below is what we noted, point by point. Please tell us whether it is right: "
           "write your correction under the point, or confirm that all is right. Please write no names.",
           "Your correction:", "Interview {key}"),
    "zh": ("谈话内容摘要",
           "感谢您接受访谈。以下是我们逐条整理的内容，请核对是否准确：如需更正，请写在该条下方；"
           "如无误，请予确认。请勿写入姓名。",
           "您的更正：", "访谈{key}"),
}


def letter_text(key: str, points: Sequence[Point], language: str) -> str:
    """Return the letter as plain text."""
    return "\n\n".join(text for text, _ in _paragraphs(key, points, language)) + "\n"


def letter_document(key: str, points: Sequence[Point], language: str) -> bytes:
    """Return the letter as a docx."""
    return word_document(_paragraphs(key, points, language), language)


def _paragraphs(key: str, points: Sequence[Point], language: str) -> Iterator[tuple[str, str]]:
    """Yield each paragraph with its style."""
    title, opening, room, number = LETTER.get(language, LETTER["en"])
    yield title, "Title"
    yield number.format(key=key), "Hint"
    yield opening, "Normal"
    for place, point in enumerate(points, 1):
        yield f"{place}. {point.text}", "Normal"
        yield f"{room} ______________________________", "Hint"
