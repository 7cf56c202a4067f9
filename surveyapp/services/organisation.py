"""Facts about the organisation under study, changed part by part; each change is one audit row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from instruments.codec import content_hash, to_document
from instruments.facts import StudyFacts
from instruments.schema import Item, Text
from instruments.template import StudyTemplate
from surveyapp.errors import Stale
from surveyapp.models.account import Account
from surveyapp.models.study import Study
from surveyapp.services.audit import record_change
from surveyapp.services.organisation_check import PARTS, check_facts
from surveyapp.services.study import facts_of

ASKED = "staff"     # the questionnaire whose department and practices are asked for


class StaleFacts(Stale):
    """Somebody else changed the same part while a form was open; what was entered stays in the form."""


def part_document(facts: StudyFacts, parts: Iterable[str]) -> dict[str, Any]:
    """Return the fields of some parts as a document."""
    return {name: to_document(getattr(facts, name)) for part in parts for name in PARTS[part]}


def mark_of_parts(facts: StudyFacts, parts: Iterable[str]) -> str:
    """Return the mark a form carries of what it was filled from."""
    return content_hash(part_document(facts, parts))[:16]


def save_parts(session: Session, study: Study, parts: tuple[str, ...], changed: StudyFacts, mark: str,
               account: Account | None = None) -> bool:
    """Store these parts of `changed` and leave all others as they are; False if nothing differs.

    StaleFacts if the parts are no longer as the form showed them; BadInput if they do not fit together.
    """
    session.refresh(study, with_for_update=True)
    stored = facts_of(study)
    if mark_of_parts(stored, parts) != mark:
        raise StaleFacts("Somebody else changed this part while you had it open.",
                         "Compare with what is stored now; saving again replaces theirs by yours.")
    merged = replace(stored, **{name: getattr(changed, name) for part in parts for name in PARTS[part]})
    check_facts(merged, parts, stored.units)
    before, after = part_document(stored, parts), part_document(merged, parts)
    if before == after:
        return False
    study.facts = to_document(merged)
    session.flush()
    record_change(session, "change_organisation", f"study {study.id}: {', '.join(parts)}", study_id=study.id,
                  account=account, before=before, after=after)
    return True


def department_item(template: StudyTemplate) -> Item | None:
    """Return the item that asks for the department: by convention the staff's first single-choice profile item."""
    found = [item for instrument in template.instruments if instrument.audience == ASKED for item in instrument.items
             if item.role == "profile" and item.kind == "single"]
    return found[0] if found else None


def practice_items(template: StudyTemplate) -> list[Item]:
    """Return the items whose choices may ask who knows a practice: those of facts that take several choices."""
    return [item for instrument in template.instruments if instrument.audience == ASKED for item in instrument.items
            if item.role == "fact" and item.kind == "multiple"]


def practice_kinds(template: StudyTemplate, facts: StudyFacts) -> list[tuple[str, Text]]:
    """Return what the rules hold a practice against, key and name of the measure, where the register has none yet."""
    there = {name for practice in facts.practices
             for name in (practice.key, (practice.choice or "").rpartition(".")[2])}
    return [(key, measure.name) for measure in (template.rules.measures if template.rules else ())
            for key in measure.practices if key not in there]
