"""A draft's words in two languages side by side, and its languages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from instruments.codec import content_hash
from instruments.editing import with_language, without_language
from instruments.schema import Instrument
from instruments.texts import Wording, n_missing, with_words, wordings_of
from surveyapp.db.session import read_session, transaction
from surveyapp.errors import BadInput, Refused
from surveyapp.forms.questionnaire import LONGEST_FIELD
from surveyapp.services.draft import get_draft, instrument_of_draft, lock_draft, save_draft
from surveyapp.services.study import get_study
from surveyapp.views.access import current_account, requires
from surveyapp.views.draft import DRAFT, STALE

blueprint = Blueprint("wording", __name__)
LANGUAGE_CODE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")
SHOWN = ("page", "left", "right", "missing")        # what an address says of the part that is shown
WHOLE, SCALES = ":whole", ":scales"     # groups of wordings that stand on no page


@dataclass(frozen=True)
class Clash:
    """Two people worded one thing at the same time."""

    address: str
    language: str
    mine: str
    theirs: str


def _group(wording: Wording) -> str:
    if wording.section:
        return wording.section
    return SCALES if wording.address.startswith(("scales/", "constructs/")) else WHOLE


@blueprint.get(f"{DRAFT}/translation")
@requires("can_run_studies")
def show(study_id: int, audience: str) -> str:
    """Show the words of one page of the draft in two languages next to each other."""
    return _page(audience)


def _page(audience: str, clashes: tuple[Clash, ...] = ()) -> str:
    instrument = instrument_of_draft(get_draft(read_session(), g.study, audience))
    left, right = _pair(instrument)
    only_missing = "missing" in request.args
    groups = [WHOLE, *(section.key for section in instrument.sections), SCALES]
    here = request.args.get("page", groups[0])
    every = wordings_of(instrument)
    # A wording that may be left out and is left out is added where its item is edited, not here.
    listed = [wording for wording in every if (wording.is_missing(instrument.languages) if only_missing else
                                               _group(wording) == here and (wording.is_needed or wording.words))]
    wanting = {group: sum(_group(wording) == group and wording.is_missing(instrument.languages) for wording in every)
               for group in groups}
    return render_template(
        "wording/show.html", study=g.study, audience=audience, instrument=instrument, left=left, right=right,
        listed=listed, groups=groups, here=here, only_missing=only_missing, missing=n_missing(instrument),
        wanting=wanting, clashes=clashes, mark=_mark, whole=WHOLE, scales=SCALES,
        titles={section.key: section.title for section in instrument.sections})


def _pair(instrument: Instrument) -> tuple[str, str | None]:
    languages = instrument.languages
    left = request.args.get("left", "")
    left = left if left in languages else languages[0]
    others = [language for language in languages if language != left]
    right = request.args.get("right", "")
    return left, right if right in others else (others[0] if others else None)


def _mark(text: str) -> str:
    return content_hash(text)[:12]


@blueprint.post(f"{DRAFT}/translation")
@requires("can_run_studies")
def save(study_id: int, audience: str) -> Response | tuple[str, int]:
    """Store the words of a page; what somebody else worded in the meantime is shown, not overwritten."""
    with transaction() as session:
        study = get_study(session, study_id)
        draft = lock_draft(session, study, audience)
        instrument = instrument_of_draft(draft)
        changed, clashes = _read(instrument)
        if changed:
            save_draft(session, study, draft, with_words(instrument, changed), f"words:{len(changed)}",
                       current_account())
    if clashes:
        return _page(audience, tuple(clashes)), STALE
    flash(ngettext("%(num)s wording saved.", "%(num)s wordings saved.", len(changed)))
    shown: dict[str, Any] = {name: request.args[name] for name in SHOWN if name in request.args}
    return redirect(url_for("wording.show", study_id=study_id, audience=audience, **shown))


def _read(instrument: Instrument) -> tuple[dict[tuple[str, str], str], list[Clash]]:
    stored = {wording.address: wording.words for wording in wordings_of(instrument)}
    changed: dict[tuple[str, str], str] = {}
    clashes = []
    for name, posted in request.form.items():
        address, _bar, language = name.rpartition("|")
        if address not in stored or language not in instrument.languages:
            continue
        text = posted.replace("\r\n", "\n").strip()[:LONGEST_FIELD]
        now = stored[address].get(language, "")
        if text == now:
            continue
        if _mark(now) == request.form.get(f"was:{name}"):
            changed[address, language] = text
        elif _mark(text) != request.form.get(f"was:{name}"):
            clashes.append(Clash(address, language, text, now))
    return changed, clashes


@blueprint.post(f"{DRAFT}/languages")
@requires("can_run_studies")
def languages(study_id: int, audience: str) -> Response:
    """Add a language, or remove one with its words."""
    deed, language = request.form.get("do", ""), request.form.get("language", "").strip()
    with transaction() as session:
        study = get_study(session, study_id)
        draft = lock_draft(session, study, audience)
        instrument = instrument_of_draft(draft)
        if deed == "add":
            if not LANGUAGE_CODE.fullmatch(language):
                raise BadInput("{code} is no language code.", "Use a code such as en, zh or de.", code=repr(language))
            instrument = with_language(instrument, language)
        elif len(instrument.languages) == 1:
            raise Refused("The last language cannot be removed.", "Add another one first.")
        else:
            instrument = without_language(instrument, language)
        save_draft(session, study, draft, instrument, f"language:{deed}:{language}", current_account())
    flash(_("The languages are changed."))
    return redirect(url_for("wording.show", study_id=study_id, audience=audience))
