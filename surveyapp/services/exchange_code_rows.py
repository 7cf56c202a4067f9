"""New codes of a foreign project, added to the codebook in one go, under the codebook's own rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from instruments.codec import to_document
from instruments.template import CodeDefinition
from surveyapp.models.account import Account
from surveyapp.models.coding import Code
from surveyapp.models.study import Study
from surveyapp.services.audit import record_change
from surveyapp.services.codebook import codebook_rules
from surveyapp.services.codebook_edit import ADD, lock_codebook, renumber, subject_of
from surveyapp.services.codebook_text import LONGEST_TEXT, TEXTS, Choices, fitted_code, list_choices
from surveyapp.services.exchange_codes import CodePlan, definition_of, is_retired


def add_codes(session: Session, study: Study, plans: Sequence[CodePlan], account: Account | None,
              counts: Counter[str]) -> dict[str, str]:
    """Return the key of each code of the file by its identifier, after the new ones were added."""
    keys = {plan.foreign.guid: plan.key for plan in plans if plan.key}
    new = [plan for plan in plans if plan.is_new]
    if not new:
        return keys
    n_before = len(lock_codebook(session, study).entries)
    languages, choices = codebook_rules(study).languages, list_choices(session, study)
    for place, plan in enumerate(new):
        found = definition_of(plan, _parent(plan, plans, keys), languages)
        code = fitted_code(study, _within_limits(_with_links(found, choices, counts), counts))
        row = Code(study_id=study.id, key=code.key, position=n_before + place, document=to_document(code),
                   is_active=not is_retired(plan))
        session.add(row)
        session.flush()
        record_change(session, ADD, subject_of(row), study_id=study.id, account=account, after=row.document)
    renumber(session, study)
    counts["codes"] += len(new)
    return keys


def _parent(plan: CodePlan, plans: Sequence[CodePlan], keys: Mapping[str, str]) -> str | None:
    """Return the key of the nearest code above that is taken over."""
    by_guid = {other.foreign.guid: other for other in plans}
    above = plan.foreign.parent
    while above and above not in keys:
        above = by_guid[above].foreign.parent if above in by_guid else ""
    return keys.get(above) if keys.get(above) != plan.key else None


def _with_links(code: CodeDefinition, choices: Choices, counts: Counter[str]) -> CodeDefinition:
    """Return the code without links to what the study does not have; those are counted."""
    constructs, safeguards, measures = ({choice.key for choice in some} for some in (
        choices.constructs, choices.safeguards, choices.measures))
    kept = replace(code, construct=code.construct if code.construct in constructs else None,
                   safeguard=code.safeguard if code.safeguard in safeguards else None,
                   strategy=tuple(key for key in code.strategy if key in measures))
    counts["code_links_lost"] += (code.construct != kept.construct) + (code.safeguard != kept.safeguard) + len(
        code.strategy) - len(kept.strategy)
    return kept


def _within_limits(code: CodeDefinition, counts: Counter[str]) -> CodeDefinition:
    """Return the code with every text as long as the codebook allows at most; cut ones are counted."""
    texts: dict[str, Any] = {name: {language: words[:LONGEST_TEXT] for language, words in getattr(code, name).items()}
             for name in TEXTS}
    counts["code_texts_cut"] += sum(len(words) > LONGEST_TEXT for name in TEXTS
                                    for words in getattr(code, name).values())
    return replace(code, **texts)
