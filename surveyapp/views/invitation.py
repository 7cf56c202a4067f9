"""Inviting people: the roster, links and QR codes, code slips, mail and its texts."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from surveyapp.config import Config
from surveyapp.db.session import read_session, transaction
from surveyapp.errors import BadInput, NotFound
from surveyapp.models.study import Study
from surveyapp.models.wave import QuestionnaireLink, Wave
from surveyapp.queue import enqueue_job
from surveyapp.services.handout import note_handed_out, write_handout
from surveyapp.services.invitation import (
    FACTS,
    add_invitations,
    add_slips,
    find_questionnaire_link,
    get_instrument_of,
    get_invitation,
    is_anonymous,
    list_slip_batches,
    set_fact,
)
from surveyapp.services.mail_text import HOLES, INVITATION, KINDS, REMINDER, Wording, set_wording, wording
from surveyapp.services.message import sender_of
from surveyapp.services.mode import checked_batch
from surveyapp.services.outbox import decide_message, list_doubtful, outbox_counts, queue_messages
from surveyapp.services.person_key import may_look
from surveyapp.services.qr import qr_png, qr_svg
from surveyapp.services.roster_file import read_roster
from surveyapp.services.roster_view import STATES, roster_rows
from surveyapp.services.slips import print_slips, short_address
from surveyapp.services.study import get_study, get_wave, instrument_of
from surveyapp.views.access import current_account, reader_language, requires

blueprint = Blueprint("invitation", __name__,
                      url_prefix="/studies/<int:study_id>/waves/<wave_key>/invitations/<audience>")
PDF, PNG, SVG = "application/pdf", "image/png", "image/svg+xml"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FACT_NAMES = {"is_bounced": "mail came back", "has_refused": "refused", "is_ineligible": "not eligible",
              "has_opted_out": "wants no mail"}


def _place(session: Session, study_id: int, wave_key: str, audience: str) -> tuple[Study, Wave, QuestionnaireLink]:
    study = get_study(session, study_id)
    wave = get_wave(session, study, wave_key)
    return study, wave, find_questionnaire_link(session, study, wave, audience)


def _config() -> Config:
    config: Config = current_app.config["SURVEYAPP"]
    return config


def _site() -> str:
    """Return the address that links begin with: as set, or as this page was reached."""
    return _config().public_url or request.host_url.rstrip("/")


def _kiosk_address(link: QuestionnaireLink, outlet: str) -> str:
    return _site() + (url_for("response.start_at_kiosk", link_token=link.token, batch=checked_batch(outlet)) if outlet
                      else url_for("response.start_at_kiosk", link_token=link.token))


def _back(study_id: int, wave_key: str, audience: str) -> Response:
    return redirect(url_for("invitation.index", study_id=study_id, wave_key=wave_key, audience=audience))


@blueprint.get("")
@requires("can_run_studies")
def index(study_id: int, wave_key: str, audience: str) -> str:
    """Show the roster and what can be done with it."""
    return _page(wave_key, audience)


def _page(wave_key: str, audience: str, *, fault: BadInput | None = None, **more: Any) -> str:
    session = read_session()
    _study, wave, link = _place(session, g.study.id, wave_key, audience)
    instrument = instrument_of(get_instrument_of(session, link))
    rows = roster_rows(session, wave, link, current_account())
    outlet = request.args.get("kiosk", "").strip()
    try:
        kiosk = _kiosk_address(link, outlet)
    except BadInput as wrong:
        kiosk, outlet, fault = _kiosk_address(link, ""), "", wrong
    return render_template(
        "invitation/index.html", study=g.study, wave=wave, link=link, audience=audience, instrument=instrument,
        rows=rows, states=STATES, facts=FACT_NAMES, is_anonymous=is_anonymous(link),
        may_look=may_look(link, current_account()), address=_site(),
        short=short_address(_site(), link), batches=list_slip_batches(session, link), kinds=KINDS,
        counts=outbox_counts(session, wave, link), doubtful=list_doubtful(session, wave, link),
        has_server=bool(_config().smtp_url), fault=fault, kiosk=kiosk, outlet=outlet,
        n_with_address=sum(bool(row["address"]) for row in rows), **more)


@blueprint.post("/roster")
@requires("can_run_studies")
def load(study_id: int, wave_key: str, audience: str) -> Response | tuple[str, int]:
    """Take over a roster file."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return _page(wave_key, audience, fault=BadInput("No file was chosen.", "Choose a CSV or XLSX file.")), 422
    try:
        roster = read_roster(file.read(), file.filename)
        with transaction() as session:
            study, _wave, link = _place(session, study_id, wave_key, audience)
            done = add_invitations(session, _config().secret_key, study, link, roster.people, current_account())
    except BadInput as fault:
        return _page(wave_key, audience, fault=fault), 422
    flash(ngettext("%(num)s person was invited.", "%(num)s people were invited.", done.n_new))
    if roster.groupings:
        flash(_("Response rates will also be shown by: %(columns)s.", columns=", ".join(roster.groupings)))
    if roster.left_out:
        flash(_("Not taken over, as these columns do not divide people into groups: %(columns)s.",
                columns=", ".join(roster.left_out)))
    return _back(study_id, wave_key, audience)


@blueprint.post("/people/<int:invitation_id>")
@requires("can_run_studies")
def note(study_id: int, wave_key: str, audience: str, invitation_id: int) -> Response:
    """Note what became known of a person outside the questionnaire."""
    with transaction() as session:
        study, _wave, link = _place(session, study_id, wave_key, audience)
        person = get_invitation(session, link, invitation_id)
        wanted = request.form.get("fact", "")
        for fact in FACTS if wanted == "" else (wanted,):
            set_fact(session, study, person, fact, is_so=wanted != "", account=current_account())
    return _back(study_id, wave_key, audience)


@blueprint.get("/qr.<ending>")
@requires("can_run_studies")
def qr(study_id: int, wave_key: str, audience: str, ending: str) -> Response:
    """Hand out the open link as a QR code, or with an outlet's code the address of a kiosk."""
    link = _place(read_session(), study_id, wave_key, audience)[2]
    outlet = request.args.get("kiosk")
    address = f"{_site()}{url_for('response.start', link_token=link.token)}" if outlet is None else (
        _kiosk_address(link, outlet))
    is_png = ending == "png"
    content = qr_png(address) if is_png else qr_svg(address).encode()
    return send_file(BytesIO(content), PNG if is_png else SVG, as_attachment=True,
                     download_name=f"{audience}-{wave_key}.{'png' if is_png else 'svg'}")


@blueprint.post("/slips")
@requires("can_run_studies")
def slips(study_id: int, wave_key: str, audience: str) -> Response:
    """Make a batch of slips and hand out the sheets; no file of them is kept."""
    n = request.form.get("n", "")
    with transaction() as session:
        study, _wave, link = _place(session, study_id, wave_key, audience)
        batch = add_slips(session, _config().secret_key, study, link, int(n) if n.isdecimal() else 0,
                          request.form.get("unit", ""), current_account())
        pdf = print_slips(session, _config().secret_key, _site(), link, batch,
                          request.form.get("language", reader_language()))
    return send_file(BytesIO(pdf), PDF, as_attachment=True, download_name=f"slips-{audience}-{batch.id}.pdf")


@blueprint.post("/links.xlsx")
@requires("can_run_studies")
def links(study_id: int, wave_key: str, audience: str) -> Response:
    """Hand out person, link and message of everybody, to be pasted into any channel."""
    stream = BytesIO()
    with transaction() as session:
        study, wave, link = _place(session, study_id, wave_key, audience)
        sender = sender_of(session, _config().secret_key, _site(), study, wave, link)
        write_handout(sender, stream, reader_language(), current_account())
        if request.form.get("handed_out") == "yes":
            note_handed_out(sender)
    stream.seek(0)
    return send_file(stream, XLSX, as_attachment=True, download_name=f"links-{audience}-{wave_key}.xlsx")


@blueprint.post("/mail")
@requires("can_run_studies")
def mail(study_id: int, wave_key: str, audience: str) -> Response:
    """Queue invitations or reminders; a worker sends them."""
    kind = REMINDER if request.form.get("kind") == REMINDER else INVITATION
    with transaction() as session:
        study, wave, link = _place(session, study_id, wave_key, audience)
        sender = sender_of(session, _config().secret_key, _site(), study, wave, link)
        queued = queue_messages(sender, kind, current_account())
        enqueue_job(session, study.id, "send_mail", {"wave": wave.key, "audience": audience}, current_account())
    flash(ngettext("%(num)s mail waits to be sent.", "%(num)s mails wait to be sent.", queued.n_queued))
    return _back(study_id, wave_key, audience)


@blueprint.post("/outbox/<int:message_id>")
@requires("can_run_studies")
def decide(study_id: int, wave_key: str, audience: str, message_id: int) -> Response:
    """Decide on a message of which nobody knows whether it was sent."""
    with transaction() as session:
        study, wave, _link = _place(session, study_id, wave_key, audience)
        decide_message(session, study, wave, message_id, was_sent=request.form.get("deed") == "sent",
                       account=current_account())
    return _back(study_id, wave_key, audience)


@blueprint.route("/texts/<kind>/<language>", methods=["GET", "POST"])
@requires("can_run_studies")
def text(study_id: int, wave_key: str, audience: str, kind: str, language: str) -> str | Response | tuple[str, int]:
    """Show the text of one kind of message in one language, and store the study's own."""
    if kind not in KINDS:
        raise NotFound("There is no such kind of text.", "Choose one of: {kinds}.", kinds=", ".join(KINDS))
    words = wording(read_session(), g.study, audience, kind, language)
    if request.method == "GET":
        return _text_page(wave_key, audience, kind, language, words)
    words = Wording(request.form.get("subject", ""), request.form.get("body", ""))
    try:
        with transaction() as session:
            study = get_study(session, study_id)
            set_wording(session, study, audience, kind, language, words, current_account())
    except BadInput as fault:
        return _text_page(wave_key, audience, kind, language, words, fault), 422
    flash(_("The text is stored."))
    return _back(study_id, wave_key, audience)


def _text_page(wave_key: str, audience: str, kind: str, language: str, words: Wording,
               fault: BadInput | None = None) -> str:
    wave = get_wave(read_session(), g.study, wave_key)
    return render_template("invitation/text.html", study=g.study, wave=wave, audience=audience, kind=kind, key=language,
                           words=words, holes=HOLES, fault=fault)
