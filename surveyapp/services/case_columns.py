"""Attributes of interviews by which codes are compared: of the log and of the study's own, each with its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.models.interview import CONVERSATION, Interview
from surveyapp.models.study import Study
from surveyapp.services.case_attribute import list_attributes
from surveyapp.services.query_rows import case_attributes

# What the log notes of the person; how the interview was held and noted is of no use to a report.
OF_PERSON: Mapping[str, Mapping[str, str]] = {
    "line": {"en": "Business line", "zh": "业务条线"},
    "tenure_band": {"en": "Years in the organisation", "zh": "在本机构工作年限"},
}


@dataclass(frozen=True)
class Column:
    """An attribute with its name by language, and interview key → value; interviews without one are left out."""

    key: str
    name: Mapping[str, str]
    values: Mapping[str, str]


def case_columns(session: Session, study: Study) -> list[Column]:
    """Return the attributes of the interviewees that any of them has: those of the log first."""
    rows = list(session.scalars(select(Interview).where(Interview.study_id == study.id,
                                                        Interview.kind == CONVERSATION).order_by(Interview.key)))
    free = case_attributes(session, study)
    found = [Column(key, name, {row.key: str(getattr(row, key)) for row in rows if getattr(row, key)})
             for key, name in OF_PERSON.items()]
    found += [Column(own.key, dict(own.name) or {"en": own.key, "zh": own.key},
                     {row.key: free[row.id][own.key] for row in rows if free.get(row.id, {}).get(own.key)})
              for own in list_attributes(session, study)]
    return [column for column in found if column.values]
