"""Publishing a draft, the versions there are, what differs between two of them, and test links."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response

from instruments.comparison import compare_instruments, worst
from surveyapp.db.session import read_session, transaction
from surveyapp.errors import Refused
from surveyapp.services.draft import check_revision, discard_draft, get_draft, instrument_of_draft, lock_draft
from surveyapp.services.draft_finding import located
from surveyapp.services.publication import plan_publication, publish_version
from surveyapp.services.study import get_study, get_version, instrument_of, list_versions
from surveyapp.services.trial import delete_trials, list_trials, start_trial
from surveyapp.services.versions import study_changes
from surveyapp.views.access import current_account, requires
from surveyapp.views.draft import DRAFT

blueprint = Blueprint("publication", __name__)
CHANGE_NAMES = {
    "added": _l("added"), "removed": _l("removed"), "moved": _l("moved to another page"),
    "wording": _l("other wording"), "hint": _l("other hint"), "kind": _l("other kind"),
    "scale": _l("other scale values"),
    "scale_wording": _l("other words on the scale"), "not_applicable": _l("“does not apply”"),
    "reverse": _l("reverse-keyed"), "unit": _l("other unit"), "choice_added": _l("choice added"),
    "choice_removed": _l("choice removed"), "choice_wording": _l("other wording of a choice"),
    "choice_value": _l("other value, same wording: recoded"), "choice_conflict": _l("choices exchanged their meaning"),
    "choice_marks": _l("marks of a choice"), "condition": _l("other condition"), "constraint": _l("other check"),
    "range": _l("other range"), "calculation": _l("other calculation"), "default": _l("other default"),
    "required": _l("required"), "most": _l("choices at most"), "construct": _l("measures something else"),
    "role": _l("other role"), "expected": _l("other expected values"), "display": _l("shown in another way"),
    "order": _l("other order"), "languages": _l("languages"), "option": _l("setting"), "consent": _l("consent"),
    "limit": _l("other limit"), "definition": _l("other definition"),
}
PART_WORDS = {"frame": _l("Frame"), "section": _l("Page"), "item": _l("Item"), "scale": _l("Scale"),
              "construct": _l("Construct"), "screen": _l("Screening"), "quota": _l("Quota")}
JUDGEMENTS = {"comparable": _l("comparable"), "check": _l("look at it"), "not_comparable": _l("not comparable")}
_WORDS = {"change_names": CHANGE_NAMES, "part_words": PART_WORDS, "judgements": JUDGEMENTS}


@blueprint.get(f"{DRAFT}/publish")
@requires("can_run_studies")
def plan(study_id: int, audience: str) -> str:
    """Show what stands in the way of publishing the draft, what it changes, and the number it gets."""
    return _plan_page(audience)


def _plan_page(audience: str, fault: Refused | None = None) -> str:
    session = read_session()
    draft = get_draft(session, g.study, audience)
    instrument = instrument_of_draft(draft)
    found = plan_publication(session, g.study, instrument)
    return render_template(
        "publication/plan.html", study=g.study, audience=audience, draft=draft, instrument=instrument, plan=found,
        errors=[located(one, instrument) for one in found.errors], fault=fault,
        warnings=[located(one, instrument) for one in found.warnings], worst=worst(found.changes),
        trials=list_trials(session, g.study, audience), **_WORDS)


@blueprint.post(f"{DRAFT}/publish")
@requires("can_run_studies")
def publish(study_id: int, audience: str) -> Response | tuple[str, int]:
    """Freeze the draft as a version; open waves go on with it."""
    form = request.form
    try:
        with transaction() as session:
            study = get_study(session, study_id)
            draft = lock_draft(session, study, audience)
            check_revision(draft, form.get("revision", ""))
            published = publish_version(
                session, study, instrument_of_draft(draft), version=form.get("version", ""), note=form.get("note", ""),
                has_seen_warnings=form.get("seen") == "yes", with_short=form.get("short") == "yes",
                account=current_account())
            discard_draft(session, study, draft, current_account())
    except Refused as fault:
        return _plan_page(audience, fault), 409
    flash(_("Version %(version)s is published.", version=published.version))
    return redirect(url_for("publication.versions", study_id=study_id, audience=audience))


@blueprint.get(f"{DRAFT}/versions")
@requires("can_run_studies")
def versions(study_id: int, audience: str) -> str:
    """List the published versions and what changed from each to the next."""
    session = read_session()
    rows = list_versions(session, g.study, audience)
    if not rows:
        get_version(session, g.study, audience, "")     # refuses in words
    return render_template(
        "publication/versions.html", study=g.study, audience=audience, rows=rows,
        instruments={row.id: instrument_of(row) for row in rows},
        changes=study_changes(session, g.study, audience), **_WORDS)


@blueprint.get(f"{DRAFT}/diff")
@requires("can_run_studies")
def diff(study_id: int, audience: str) -> str:
    """Show every difference between two versions; the draft counts as one."""
    session = read_session()
    rows = list_versions(session, g.study, audience)
    names = [row.version for row in rows]
    old = request.args.get("old") or (names[-2] if len(names) > 1 else "")
    new = request.args.get("new") or (names[-1] if names else "")
    one, other = (instrument_of(get_version(session, g.study, audience, name)) for name in (old, new))
    changes = compare_instruments(one, other)
    return render_template("publication/diff.html", study=g.study, audience=audience, rows=rows, old=old, new=new,
                           changes=changes, worst=worst(changes), **_WORDS)


# ---- test links -----------------------------------------------------------------------------------------------------
@blueprint.post(f"{DRAFT}/test")
@requires("can_run_studies")
def test(study_id: int, audience: str) -> Response:
    """Make a test link of the draft, or delete all test links with their answers."""
    with transaction() as session:
        study = get_study(session, study_id)
        if request.form.get("do") == "delete":
            n = delete_trials(session, study, audience, current_account())
            flash(ngettext("%(num)s test answer is deleted.", "%(num)s test answers are deleted.", n))
        else:
            start_trial(session, study, instrument_of_draft(get_draft(session, study, audience)), current_account())
            flash(_("The test link is ready."))
    return redirect(url_for("publication.plan", study_id=study_id, audience=audience, _anchor="test"))
