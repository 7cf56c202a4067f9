"""Login, logout, language."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required, login_user, logout_user
from werkzeug.wrappers import Response

from surveyapp.db.session import read_session
from surveyapp.forms.account import LoginForm
from surveyapp.services.account import check_password
from surveyapp.views.access import Login
from surveyapp.views.throttle import limiter

blueprint = Blueprint("account", __name__)


def _login_key() -> str:
    return f"login:{request.form.get('login', '').strip().lower()[:120]}"


@blueprint.route("/login", methods=["GET", "POST"])
@limiter.limit("10/minute", methods=["POST"])
@limiter.limit("8/minute", key_func=_login_key, methods=["POST"])
def login() -> str | Response:
    """Show the login and let people in; the same words for a wrong login and a wrong password."""
    if current_user.is_authenticated:
        return redirect(url_for("study.index"))
    form = LoginForm()
    if form.validate_on_submit():
        account = check_password(read_session(), form.login.data or "", form.password.data or "")
        if account is not None:
            target = _safe_target(request.args.get("next"))
            chosen = session.get("language")
            session.clear()
            if chosen:
                session["language"] = chosen
            login_user(Login(account))
            return redirect(target)
        flash(_("Login or password is wrong."), "error")
    return render_template("account/login.html", form=form)


def _safe_target(target: str | None) -> str:
    """Return a path of ours to go to; a foreign address would let a link lead people away after the login."""
    if target and target.startswith("/") and not target.startswith(("//", "/\\")) and not urlsplit(target).netloc:
        return target
    return url_for("study.index")


@blueprint.post("/logout")
@login_required  # type: ignore[untyped-decorator]  # Flask-Login publishes no types
def logout() -> Response:
    """End the login."""
    logout_user()
    session.clear()
    return redirect(url_for("account.login"))


@blueprint.post("/language")
def choose_language() -> Response:
    """Show the pages behind the login in another language from now on."""
    language = request.form.get("language", "")
    if language in ("en", "zh"):
        session["language"] = language
    return redirect(_safe_target(request.form.get("next")))
