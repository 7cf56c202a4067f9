"""A draft in the browser: its outline, and one part of it at a time."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from instruments.checks import check_instrument
from instruments.editing import PART_NAMES, NoSuchPart, PartName, find_piece, with_piece
from instruments.schema import Instrument
from instruments.texts import n_missing
from surveyapp.db.session import read_session, transaction
from surveyapp.errors import NotFound
from surveyapp.forms.questionnaire import (
    CHOICE_FLAGS,
    FRAME,
    KIND_NAMES,
    SPARE_ROWS,
    Entry,
    Posted,
    entries_of,
    fitted,
    grouped,
    read_entries,
    shown_value,
)
from surveyapp.forms.questionnaire_frame import frame_values, with_frame
from surveyapp.forms.questionnaire_rows import after_deed, read_rows, rows_of, with_rows
from surveyapp.services.draft import (
    StalePiece,
    check_mark,
    get_draft,
    instrument_of_draft,
    last_deed,
    lock_draft,
    mark_of,
    save_draft,
    undo_draft,
)
from surveyapp.services.draft_deed import do_deed
from surveyapp.services.draft_finding import located
from surveyapp.services.study import get_study
from surveyapp.views.access import current_account, requires

blueprint = Blueprint("draft", __name__)
DRAFT = "/studies/<int:study_id>/questionnaires/<audience>"
UNSOUND, STALE = 422, 409
_HELP: dict[str, Any] = {"shown_value": shown_value, "spare_rows": SPARE_ROWS, "choice_flags": CHOICE_FLAGS}


@blueprint.get(DRAFT)
@requires("can_run_studies")
def show(study_id: int, audience: str) -> str:
    """Show the draft: pages with their items, collapsed, and what is amiss."""
    session = read_session()
    draft = get_draft(session, g.study, audience)
    instrument = instrument_of_draft(draft)
    return render_template(
        "draft/show.html", study=g.study, audience=audience, draft=draft, instrument=instrument, kind_names=KIND_NAMES,
        findings=[located(finding, instrument) for finding in check_instrument(instrument)],
        missing=n_missing(instrument), last_deed=_in_words(last_deed(session, draft)),
        orphans=[item for item in instrument.items
                 if item.section not in {section.key for section in instrument.sections}])


@blueprint.post(DRAFT)
@requires("can_run_studies")
def change(study_id: int, audience: str) -> Response:
    """Add, copy, move or remove a part, or take the last step back."""
    deed = request.form.get("do", "")
    with transaction() as session:
        study = get_study(session, study_id)
        draft = lock_draft(session, study, audience)
        if deed == "undo":
            deed = _in_words(undo_draft(session, study, draft, current_account()))
            flash(_("Taken back: %(deed)s", deed=deed))
            return redirect(url_for("draft.show", study_id=study_id, audience=audience))
        instrument, part, key = do_deed(instrument_of_draft(draft), deed, request.form.get("kind", ""))
        save_draft(session, study, draft, instrument, deed, current_account())
    if deed.startswith("add:"):
        return redirect(url_for("draft.edit", study_id=study_id, audience=audience, part=part, key=key))
    if deed.startswith("remove:"):
        flash(_("%(key)s is removed. “Take back” above brings it back.", key=key))
    anchor = f"{part}-{key}" if not deed.startswith("remove:") else "outline"
    return redirect(url_for("draft.show", study_id=study_id, audience=audience, _anchor=anchor))


def _in_words(deed: str | None) -> str:
    """Return a step as people call it: `remove:items:Q3` is "removed Q3"."""
    verb, _colon, rest = (deed or "").partition(":")
    key = rest.rpartition(":")[2] or rest
    words = {"add": _("added %(key)s", key=key), "copy": _("copied %(key)s", key=key),
             "up": _("moved %(key)s", key=key), "down": _("moved %(key)s", key=key),
             "remove": _("removed %(key)s", key=key), "edit": _("changed %(key)s", key=key),
             "words": _("changed wordings"), "frame": _("changed title and consent"),
             "language": _("changed the languages")}
    return str(words.get(verb, deed or ""))


# ---- one part -------------------------------------------------------------------------------------------------------
@blueprint.route(f"{DRAFT}/<part>/<key>", methods=["GET", "POST"])
@requires("can_run_studies")
def edit(study_id: int, audience: str, part: str, key: str) -> str | Response | tuple[str, int]:
    """Show all fields of one part, or save them."""
    if part not in PART_NAMES:
        raise NotFound("There is no such page.")
    name = part
    instrument = instrument_of_draft(get_draft(read_session(), g.study, audience))
    piece = _find(instrument, name, key)
    if request.method == "GET":
        return _piece_page(instrument, audience, name, piece)
    posted, changed = _posted_piece(instrument, name, piece)
    if posted.errors:
        return _piece_page(instrument, audience, name, piece, shown=changed, posted=posted), UNSOUND
    try:
        _save_piece(study_id, audience, name, key, changed)
    except StalePiece as stale:
        return _piece_page(instrument, audience, name, piece, shown=changed, posted=posted, stale=stale), STALE
    if request.form.get("row"):
        return redirect(url_for("draft.edit", study_id=study_id, audience=audience, part=part, key=changed.key,
                                _anchor="rows"))
    return _after_save(study_id, audience, name, changed.key)


def _after_save(study_id: int, audience: str, part: PartName, key: str) -> Response:
    flash(_("Saved: %(key)s", key=key))
    if request.form.get("then") == "stay":
        return redirect(url_for("draft.edit", study_id=study_id, audience=audience, part=part, key=key))
    return redirect(url_for("draft.show", study_id=study_id, audience=audience, _anchor=f"{part}-{key}"))


def _find(instrument: Instrument, part: PartName, key: str) -> Any:
    try:
        return find_piece(instrument, part, key)
    except NoSuchPart:
        raise NotFound("The draft has no {key} any more.", "Somebody may have removed it; “Take back” brings it back.",
                       key=key) from None


def _posted_piece(instrument: Instrument, part: PartName, piece: Any) -> tuple[Posted, Any]:
    posted = read_entries(entries_of(part, piece), request.form, instrument.languages)
    keys = {other.key for other in getattr(instrument, part)} - {piece.key}
    if posted.values.get("key") in keys:
        posted.errors["key"] = _("Another one has this key already.")
    changed = fitted(part, piece, posted.values) if "key" not in posted.errors else piece
    rows, errors = read_rows(piece, request.form, instrument.languages)
    posted.errors.update(errors)
    return posted, with_rows(changed, after_deed(rows, request.form.get("row", "")))


def _save_piece(study_id: int, audience: str, part: PartName, key: str, changed: Any) -> None:
    with transaction() as session:
        study = get_study(session, study_id)
        draft = lock_draft(session, study, audience)
        instrument = instrument_of_draft(draft)
        check_mark(_find(instrument, part, key), request.form.get("mark", ""))
        save_draft(session, study, draft, with_piece(instrument, part, key, changed), f"edit:{part}:{key}",
                   current_account())


def _piece_page(instrument: Instrument, audience: str, part: PartName, piece: Any, *, shown: Any = None,
                posted: Posted | None = None, stale: StalePiece | None = None) -> str:
    shown = shown if shown is not None else piece
    entries = entries_of(part, shown)
    values = {entry.name: getattr(shown, entry.name) for entry in entries} | (posted.values if posted else {})
    findings = [found for finding in check_instrument(instrument)
                if (found := located(finding, instrument)).part == part and found.key == piece.key]
    return render_template(
        "draft/piece.html", study=g.study, audience=audience, instrument=instrument, part=part, key=piece.key,
        groups=grouped(entries, values), values=values, rows=rows_of(shown), errors=posted.errors if posted else {},
        mark=mark_of(piece), findings=findings, stale=stale, piece=shown,
        theirs=_differences(entries, piece, shown) if stale else [], **_HELP)


def _differences(entries: tuple[Entry, ...], theirs: Any, mine: Any) -> list[tuple[Entry, Any, Any]]:
    return [(entry, getattr(theirs, entry.name), getattr(mine, entry.name)) for entry in entries
            if getattr(theirs, entry.name) != getattr(mine, entry.name)]


# ---- the questionnaire as a whole -----------------------------------------------------------------------------------
@blueprint.route(f"{DRAFT}/frame", methods=["GET", "POST"])
@requires("can_run_studies")
def frame(study_id: int, audience: str) -> str | Response | tuple[str, int]:
    """Show what belongs to the questionnaire as a whole, or save it."""
    instrument = instrument_of_draft(get_draft(read_session(), g.study, audience))
    stored = frame_values(instrument)
    if request.method == "GET":
        return _frame_page(instrument, audience, stored)
    posted = read_entries(FRAME, request.form, instrument.languages)
    if posted.errors:
        return _frame_page(instrument, audience, stored | posted.values, posted), UNSOUND
    try:
        with transaction() as session:
            study = get_study(session, study_id)
            draft = lock_draft(session, study, audience)
            newest = instrument_of_draft(draft)
            check_mark(frame_values(newest), request.form.get("mark", ""))
            save_draft(session, study, draft, with_frame(newest, posted.values), "frame", current_account())
    except StalePiece as stale:
        return _frame_page(instrument, audience, posted.values, posted, stale), STALE
    flash(_("Saved."))
    return redirect(url_for("draft.show", study_id=study_id, audience=audience))


def _frame_page(instrument: Instrument, audience: str, values: dict[str, Any], posted: Posted | None = None,
                stale: StalePiece | None = None) -> str:
    stored = frame_values(instrument)
    theirs = [(entry, stored[entry.name], values[entry.name]) for entry in FRAME
              if stored[entry.name] != values[entry.name]] if stale else []
    return render_template(
        "draft/piece.html", study=g.study, audience=audience, instrument=instrument, part="frame", key="",
        groups=grouped(FRAME, values), values=values, rows=(), errors=posted.errors if posted else {},
        mark=mark_of(stored), findings=[], stale=stale, piece=None, theirs=theirs, **_HELP)
