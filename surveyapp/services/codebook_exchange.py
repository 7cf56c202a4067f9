"""Taking codes over from elsewhere: what would change is shown first, then done in one piece or not at all."""

from __future__ import annotations

import base64
import json
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from instruments.codec import content_hash, from_document, to_document
from instruments.template import COLOURS, PATTERNS, CodeDefinition
from surveyapp.errors import BadInput, Stale, marked
from surveyapp.models.account import Account
from surveyapp.models.coding import Code
from surveyapp.models.study import Study
from surveyapp.services.audit import record_change
from surveyapp.services.code_shade import shade_of
from surveyapp.services.codebook import StudyCodebook, codebook_rules, forget_codebook
from surveyapp.services.codebook_edit import (
    add_code,
    change_code,
    definition_of,
    get_code,
    lock_codebook,
    renumber,
    set_active,
)
from surveyapp.services.codebook_read import IncomingCode, Loss
from surveyapp.services.codebook_text import Choices, fitted_code, list_choices
from surveyapp.services.codebook_version import CodeChange, compare_codebooks, current_document

LARGEST_PACK = 16 * 1024 * 1024     # bytes of the codes between preview and commit


@dataclass(frozen=True)
class CodebookPreview:
    """What taking codes over would change; `mark` tells the codebook it was computed for."""

    changes: tuple[CodeChange, ...]
    losses: tuple[Loss, ...]
    mark: str


def preview_codes(session: Session, study: Study, codes: Sequence[IncomingCode]) -> CodebookPreview:
    """Return what would change; it is done on trial and rolled back, so that the preview is what a commit does."""
    older = current_document(session, study)
    trial = session.begin_nested()
    try:
        losses = codes_from_definitions(session, study, codes, None)
        newer = current_document(session, study)
    finally:
        trial.rollback()
        session.expire_all()
        forget_codebook(session, study)
    return CodebookPreview(compare_codebooks(older, newer), losses, content_hash(older))


def take_over_codes(session: Session, study: Study, codes: Sequence[IncomingCode], mark: str,
                    account: Account | None) -> None:
    """Do what a preview showed; Stale if the codebook was changed since."""
    lock_codebook(session, study)
    if content_hash(current_document(session, study)) != mark:
        raise Stale("The codebook was changed after you had looked at the differences.",
                    "Nothing was saved. Choose the file again.")
    codes_from_definitions(session, study, codes, account)


def codes_from_definitions(session: Session, study: Study, codes: Sequence[IncomingCode],
                           account: Account | None) -> tuple[Loss, ...]:
    """Add new codes and change known ones, found by key or former key; codes that are not named stay as they are.

    What the study has no counterpart for is left out and returned as losses; a circle of parents is refused.
    """
    codebook = lock_codebook(session, study)
    losses: list[Loss] = []
    fitted = _fitted(study, codes, codebook, list_choices(session, study), losses)
    n_before = len(codebook.entries)
    rows = [_put(session, study, code, account) for code in _parents_first(fitted)]
    _set_states(session, study, rows, fitted, account)
    by_key = {row.key: row.id for row in rows}
    _order(session, study, [by_key[code.definition.key] for code in fitted])
    record_change(session, "import_codebook", f"study {study.id}", study_id=study.id, account=account,
                  after={"n_codes": len(fitted), "n_new": len(lock_codebook(session, study).entries) - n_before,
                         "n_losses": len(losses)})
    session.flush()
    return tuple(losses)


# ---- making them fit ------------------------------------------------------------------------------------------------
def _fitted(study: Study, codes: Sequence[IncomingCode], codebook: StudyCodebook, choices: Choices,
            losses: list[Loss]) -> list[IncomingCode]:
    twice = [key for key, n in Counter(code.definition.key for code in codes).items() if n > 1]
    if twice:
        raise BadInput("The file has the key {key} twice.", "Give each code a key of its own.", key=", ".join(twice))
    renamed = {code.definition.key: _own_key(code.definition, codebook) for code in codes}
    keys = set(renamed.values()) | set(codebook.by_key)
    found = []
    for code in codes:
        definition = replace(code.definition, key=renamed[code.definition.key])
        definition = _with_place(definition, renamed, keys, losses)
        definition = _with_links(definition, choices, losses)
        definition = _with_names(definition, codebook_rules(study).languages, losses)
        found.append(replace(code, definition=fitted_code(study, definition)))
    return found


def _own_key(code: CodeDefinition, codebook: StudyCodebook) -> str:
    """Return the key the code has after this: a known code keeps its own, one of a former key is renamed."""
    known = codebook.by_key.get(code.key)
    return known.key if known is not None else code.key


def _with_place(code: CodeDefinition, renamed: Mapping[str, str], keys: Iterable[str],
                losses: list[Loss]) -> CodeDefinition:
    parent = renamed.get(code.parent or "", code.parent)
    if parent is not None and parent not in keys:
        losses.append(Loss(marked("{code} stands below {found}, which is nowhere; it became a top code."), code.key,
                           parent))
        parent = None
    return replace(code, parent=parent)


def _with_links(code: CodeDefinition, choices: Choices, losses: list[Loss]) -> CodeDefinition:
    allowed = {"construct": {choice.key for choice in choices.constructs},
               "safeguard": {choice.key for choice in choices.safeguards},
               "colour": set(COLOURS), "pattern": set(PATTERNS)}
    lost = marked("{code}: {found} is not known in this study and was left out.")
    dropped: dict[str, Any] = {field: None for field, known in allowed.items()
                               if getattr(code, field) not in (None, *known)}
    if code.original_colour is not None and shade_of(code.original_colour) != code.original_colour:
        dropped["original_colour"] = None
    losses += [Loss(lost, code.key, getattr(code, field)) for field in dropped]
    measures = {choice.key for choice in choices.measures}
    losses += [Loss(lost, code.key, key) for key in code.strategy if key not in measures]
    return replace(code, strategy=tuple(key for key in code.strategy if key in measures), **dropped)


def _with_names(code: CodeDefinition, languages: Sequence[str], losses: list[Loss]) -> CodeDefinition:
    missing = [language for language in languages if not code.name.get(language, "").strip()]
    if not missing:
        return code
    name = next((name for name in code.name.values() if name.strip()), code.key)
    losses += [Loss(marked("{code} has no name in the language {found}; another one's stands there."), code.key,
                    language) for language in missing]
    return replace(code, name={**code.name, **dict.fromkeys(missing, name)})


def _parents_first(codes: Sequence[IncomingCode]) -> list[IncomingCode]:
    """Return the codes so that each comes after its parent; BadInput where parents go in a circle."""
    left = {code.definition.key: code for code in codes}
    found: list[IncomingCode] = []
    while left:
        ready = [code for code in left.values() if code.definition.parent not in left]
        if not ready:
            raise BadInput("These codes stand below each other in a circle: {codes}.", "Mend their parents.",
                           codes=", ".join(left))
        found += ready
        for code in ready:
            del left[code.definition.key]
    return found


# ---- doing it -------------------------------------------------------------------------------------------------------
def _put(session: Session, study: Study, code: IncomingCode, account: Account | None) -> Code:
    definition = code.definition
    own = select(Code).where(Code.study_id == study.id)
    row = session.scalar(own.where(Code.key == definition.key))
    if row is None:
        former = session.scalars(own.where(Code.key.in_(definition.aliases))).all()
        row = former[0] if len(former) == 1 else None
    if row is None:
        return add_code(session, study, definition, account)
    before = definition_of(row)
    if replace(definition, aliases=before.aliases) == before:
        return row
    return change_code(session, study, row.id, definition, row.version, account)


def _set_states(session: Session, study: Study, rows: Sequence[Code], codes: Sequence[IncomingCode],
                account: Account | None) -> None:
    wanted = {code.definition.key: code.is_active for code in codes if code.is_active is not None}
    for row in rows:
        if row.key in wanted and row.merged_into_id is None:
            set_active(session, study, row, account, is_active=bool(wanted[row.key]))


def _order(session: Session, study: Study, in_file: Sequence[int]) -> None:
    """Put the codes in the file's order; codes it does not name keep their place behind those before them."""
    rows = session.scalars(select(Code).where(Code.study_id == study.id).order_by(Code.position)).all()
    if {row.id for row in rows if row.is_active} - set(in_file):
        return
    rest = [row.id for row in rows if row.id not in set(in_file)]
    for position, code_id in enumerate((*in_file, *rest)):
        get_code(session, study, code_id).position = position
    session.flush()
    renumber(session, study)


# ---- between preview and commit -------------------------------------------------------------------------------------
def pack_codes(codes: Sequence[IncomingCode]) -> str:
    """Return the codes as one text for a hidden field."""
    return base64.b64encode(zlib.compress(json.dumps(to_document(list(codes)), ensure_ascii=False).encode())).decode()


def unpack_codes(text: str) -> list[IncomingCode]:
    """Return the codes of a hidden field; BadInput if it is not what `pack_codes` gave."""
    unpacker = zlib.decompressobj()
    try:
        content = unpacker.decompress(base64.b64decode(text, validate=True), LARGEST_PACK)      # cut off: no JSON
        return [from_document(IncomingCode, entry) for entry in json.loads(content)]
    except (ValueError, TypeError, zlib.error):         # CodecError is a ValueError
        raise BadInput("What was sent is not a codebook.", "Choose the file again.") from None
