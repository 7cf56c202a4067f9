"""Changing a study's codebook: adding, changing, moving and retiring codes; each deed is recorded with both states.

Codes keep their number for ever. A changed key is a rename: codings stay where they are, the study's guide and rules
follow, and the former key goes on leading to the code.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from instruments.codec import from_document, to_document
from instruments.template import CodeDefinition
from surveyapp.errors import BadInput, NotFound, Refused, Stale, marked
from surveyapp.models.account import Account
from surveyapp.models.coding import Code, LinkCoding
from surveyapp.models.study import Study
from surveyapp.services.audit import record_change
from surveyapp.services.codebook import StudyCodebook, forget_codebook, load_codebook
from surveyapp.services.codebook_text import check_code, fitted_code, list_choices

ADD, CHANGE, RENAME, MOVE = "add_code", "change_code", "rename_code", "move_code"
RETIRE, REACTIVATE = "retire_code", "reactivate_code"


class StaleCode(Stale):
    """Somebody changed the code after its page had been opened; nothing was saved, `current` is what it says now."""

    def __init__(self, current: CodeDefinition, version: int) -> None:
        super().__init__(marked("Somebody changed this code after you had opened it."),
                         marked("Both texts are shown. Put them together and save again."))
        self.current, self.version = current, version


def lock_codebook(session: Session, study: Study) -> StudyCodebook:
    """Return the codebook as it is now; until the transaction ends nobody else changes it."""
    session.execute(select(Study.id).where(Study.id == study.id).with_for_update())
    forget_codebook(session, study)
    return load_codebook(session, study)


def get_code(session: Session, study: Study, code_id: int) -> Code:
    """Return the code of that number; NotFound unless it is one of the study's."""
    row = session.scalar(select(Code).where(Code.id == code_id, Code.study_id == study.id))
    if row is None:
        raise NotFound("The codebook has no such code.", "Look at the codebook for the codes there are.")
    return row


def definition_of(row: Code) -> CodeDefinition:
    """Return what the code says."""
    return from_document(CodeDefinition, row.document)


def add_code(session: Session, study: Study, code: CodeDefinition, account: Account | None = None) -> Code:
    """Return a new code of the codebook, after its siblings."""
    codebook = lock_codebook(session, study)
    code = replace(fitted_code(study, code), aliases=tuple(key for key in code.aliases if key not in codebook.by_key))
    check_code(codebook, code, list_choices(session, study))
    row = Code(study_id=study.id, key=code.key, position=len(codebook.entries), document=to_document(code))
    session.add(row)
    session.flush()
    renumber(session, study)
    record_change(session, ADD, subject_of(row), study_id=study.id, account=account, after=row.document)
    return row


def change_code(session: Session, study: Study, code_id: int, code: CodeDefinition, version: int,
                account: Account | None = None) -> Code:
    """Give a code other words, another place, key or links; StaleCode if somebody was faster."""
    codebook = lock_codebook(session, study)
    row = get_code(session, study, code_id)
    before = definition_of(row)
    if row.version != version:
        raise StaleCode(before, row.version)
    code = replace(fitted_code(study, code), aliases=before.aliases,
                   original_colour=code.original_colour or before.original_colour)
    check_code(codebook, code, list_choices(session, study), own_id=row.id)
    if code.key != before.key:
        code = _rename(session, study, row, code, before, account)
    old = row.document
    row.document, row.key = to_document(code), code.key
    if row.document != old:
        row.version += 1
        session.flush()
        renumber(session, study)
        _check_links(session, study)
        record_change(session, CHANGE, subject_of(row), study_id=study.id, account=account, before=old,
                      after=row.document)
    return row


def move_code(session: Session, study: Study, code_id: int, step: int, account: Account | None = None) -> None:
    """Move a code with all below it before (-1) or after (1) its next sibling; at the end it stays."""
    codebook = lock_codebook(session, study)
    row = get_code(session, study, code_id)
    parent = codebook.by_id[row.id].definition.parent
    siblings = [entry.id for entry in codebook.entries if entry.definition.parent == parent]
    place = siblings.index(row.id)
    other = place + step
    if not 0 <= other < len(siblings):
        return
    neighbour = session.get_one(Code, siblings[other])
    row.position, neighbour.position = neighbour.position, row.position
    session.flush()
    renumber(session, study)
    record_change(session, MOVE, subject_of(row), study_id=study.id, account=account, before={"place": place + 1},
                  after={"place": other + 1})


def retire_code(session: Session, study: Study, code_id: int, account: Account | None = None) -> None:
    """Take a code out of use; its codings stay and count."""
    codebook = lock_codebook(session, study)
    row = get_code(session, study, code_id)
    below = [entry.key for entry in codebook.with_descendants(row.key) if entry.is_active and entry.id != row.id]
    if below:
        raise Refused("Codes in use stand below {key}: {below}.", "Retire or move them first.", key=row.key,
                      below=", ".join(below))
    set_active(session, study, row, account, is_active=False)


def reactivate_code(session: Session, study: Study, code_id: int, account: Account | None = None) -> None:
    """Take a retired code into use again."""
    codebook = lock_codebook(session, study)
    row = get_code(session, study, code_id)
    above = codebook.by_key.get(codebook.by_id[row.id].definition.parent or "")
    if row.merged_into_id is not None:
        raise Refused("{key} was merged into another code.", "Take the merge back instead.", key=row.key)
    if above is not None and not above.is_active:
        raise Refused("{key} stands below a retired code.", "Reactivate {above} first, or move the code.", key=row.key,
                      above=above.key)
    set_active(session, study, row, account, is_active=True)


def set_active(session: Session, study: Study, row: Code, account: Account | None, *, is_active: bool) -> None:
    """Take a code out of use or into it again, and record that."""
    if row.is_active == is_active:
        return
    row.is_active = is_active
    row.version += 1
    session.flush()
    forget_codebook(session, study)
    record_change(session, REACTIVATE if is_active else RETIRE, subject_of(row), study_id=study.id, account=account,
                  before={"is_active": not is_active}, after={"is_active": is_active})


def subject_of(row: Code) -> str:
    """Return the name under which the audit log knows the code."""
    return f"code {row.id}"


# ---- keys and order -------------------------------------------------------------------------------------------------
def _rename(session: Session, study: Study, row: Code, code: CodeDefinition, before: CodeDefinition,
            account: Account | None) -> CodeDefinition:
    """Return the code with its former key as alias; what refers to it follows."""
    for below in session.scalars(select(Code).where(Code.study_id == study.id, Code.id != row.id)):
        if below.document["parent"] == before.key:
            below.document = {**below.document, "parent": code.key}
    study.template = with_new_key(study.template, before.key, code.key)
    record_change(session, RENAME, subject_of(row), study_id=study.id, account=account, before={"key": before.key},
                  after={"key": code.key})
    aliases = dict.fromkeys((*before.aliases, before.key))
    return replace(code, aliases=tuple(alias for alias in aliases if alias != code.key))


def with_new_key(template: Mapping[str, Any], old: str, new: str) -> dict[str, Any]:
    """Return a study's template whose guide and rules name a code by its new key."""
    start = f"interview.{old}."

    def renewed(value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {key: renewed(item, key) for key, item in value.items()}
        if isinstance(value, list):
            return [renewed(item, name) for item in value]
        if name == "codes" and value == old:
            return new
        if name == "metric" and isinstance(value, str) and value.startswith(start) \
                and "." not in value[len(start):]:
            return f"interview.{new}.{value[len(start):]}"
        return value

    return {name: renewed(part) if name in ("guide", "rules") else part for name, part in template.items()}


def renumber(session: Session, study: Study) -> None:
    """Number the codes of the study so that each comes before those below it, siblings in their order."""
    rows = session.scalars(select(Code).where(Code.study_id == study.id).order_by(Code.position, Code.id)).all()
    keys = {row.key for row in rows}
    below: dict[str | None, list[Code]] = defaultdict(list)
    for row in rows:
        parent = row.document["parent"]
        below[parent if parent in keys else None].append(row)
    waiting, position = list(reversed(below[None])), 0
    while waiting:
        row = waiting.pop()
        row.position, position = position, position + 1
        waiting.extend(reversed(below[row.key]))
    session.flush()
    forget_codebook(session, study)


def _check_links(session: Session, study: Study) -> None:
    """Refuse a codebook in which codes of link codings are no cause or no problem any more."""
    codebook = load_codebook(session, study)
    mine = select(Code.id).where(Code.study_id == study.id)
    for column, group in ((LinkCoding.cause_id, "cause"), (LinkCoding.problem_id, "problem")):
        used = session.scalars(select(column).distinct().where(column.in_(mine), LinkCoding.deleted_at.is_(None)))
        lost = [codebook.by_id[number].key for number in used if codebook.by_id[number].group not in (group, None)]
        if lost:
            raise BadInput("Links cause → problem name {key}, which would no longer be of the group {group}.",
                           "Keep it below a code of that group, or linked to a construct of it.",
                           key=", ".join(lost), group=group)
