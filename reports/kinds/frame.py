"""What every kind of report is made with: words of one language, the study's names, cover and covering facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from instruments.codec import content_hash
from instruments.template import StudyTemplate
from reports.content import Cover, Section, StudyReport, with_numbers
from reports.wording import Words

CoverFact = tuple[str, str, str]        # figure, what it counts, detail


@dataclass(frozen=True)
class Naming:
    """Words of a report's language and the texts of a study in it."""

    words: Words
    language: str

    def read(self, text: Mapping[str, str]) -> str:
        """Return a text in the report's language, else in any it has; "" where there is none."""
        return text.get(self.language) or next(iter(text.values()), "")

    def said(self, text: Mapping[str, str]) -> str:
        """Return a text, or the words for what was not entered."""
        return self.read(text) or self.words.text("labels.not_known")


@dataclass(frozen=True)
class Face:
    """What stands on the cover and in the foot of every page."""

    kind: str
    title: str
    subtitle: str
    organisation: str
    facts: tuple[CoverFact, ...]
    is_synthetic: bool
    frozen_on: str


def naming(language: str, template: StudyTemplate | None = None) -> Naming:
    """Return the words of a language, with a study's own word for those it serves and for its staff."""
    return Naming(Words(language, template), language)


def bound(names: Naming, face: Face, sections: tuple[Section, ...], rests_on: Any) -> StudyReport:
    """Return the numbered report; `rests_on` is what its identifier is the hash of."""
    words = names.words
    label = words.text("front.synthetic") if face.is_synthetic else ""
    foot = words.text("kinds.foot_synthetic" if face.is_synthetic else "kinds.foot", who=face.organisation)
    cover = Cover(face.kind, face.title, face.subtitle, face.organisation, face.facts, label)
    return with_numbers(StudyReport(names.language, face.title, f"{face.organisation} · {face.kind}", foot, cover,
                                    sections, content_hash(rests_on), face.frozen_on,
                                    is_synthetic=face.is_synthetic))
