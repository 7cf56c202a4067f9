"""How carefully people answered, in the pieces a web page shows: every index drawn, where the report draws one."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.privacy import told_count
from analysis.results.diagnosis import Diagnosis, Screening
from instruments.facts import StudyFacts
from instruments.template import StudyTemplate
from reports.content import Block, Figure, Number, Statement, Table
from reports.numbers import interval, printed
from reports.sections.appendix_integrity import integrity_blocks
from reports.sections.appendix_quality import index_figure, index_table, what_changes
from reports.sections.situation import FLAGS
from reports.sections.source import Source, capitalised


@dataclass(frozen=True)
class QualityPart:
    """What is known of the answers to one questionnaire."""

    name: str
    screening: Screening
    # In words, with the number of people that carry each (None = a few) and of how many it was judged (None = all but a
    # few).
    flags: tuple[tuple[str, int | None, int | None], ...]
    spread: Table
    figures: tuple[Figure, ...]
    changes: tuple[Block, ...]
    integrity: tuple[Block, ...]

    @staticmethod
    def text_of(cell: object, language: str) -> str:
        """Return a table's cell as text."""
        if isinstance(cell, Number):
            bounds = interval(cell.low, cell.high, cell.style, language) if cell.low is not None else ""
            return f"{printed(cell.value, cell.style)} {bounds}".strip()
        return cell.text if isinstance(cell, Statement) else str(cell)


def quality_parts(diagnosis: Diagnosis, template: StudyTemplate, facts: StudyFacts, *,
                  language: str) -> tuple[QualityPart, ...]:
    """Return a part for every questionnaire that somebody handed in."""
    study = Source(diagnosis, template, facts, language)
    return tuple(_part(study, screening) for screening in diagnosis.screening.values() if screening.n_submitted)


def _part(study: Source, screening: Screening) -> QualityPart:
    words = study.words
    names = [*(name for name in FLAGS if name in screening.flags), *sorted(set(screening.flags) - set(FLAGS))]
    flags = tuple((words.text(f"flag.{name}") if words.has(f"flag.{name}") else name,
                   told_count(screening.flags[name], study.minimum_group),
                   _judged(screening, name, study.minimum_group))
                  for name in names)
    figures = tuple(index_figure(study, screening, index) for index in screening.indices if index.bins)
    return QualityPart(capitalised(study.audience(screening.audience)), screening, flags,
                       index_table(study, screening), figures, tuple(what_changes(study, screening)),
                       tuple(integrity_blocks(study, screening.audience)))


def _judged(screening: Screening, flag: str, minimum: int) -> int | None:
    """Return of how many people a flag was judged; None where few were, or all but a few."""
    n = screening.assessed.get(flag, screening.n_submitted)
    return None if None in (told_count(n, minimum), told_count(screening.n_submitted - n, minimum)) else n
