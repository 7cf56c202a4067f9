"""The Flask application: settings, login, languages, headers, error pages, blueprints."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

from flask import Flask, Response, g, render_template, request
from flask_babel import Babel, gettext
from flask_login import LoginManager
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException

from reports.numbers import fixed
from surveyapp.config import Config, read_config
from surveyapp.db.session import Database, close_read_session, use_database
from surveyapp.errors import AppError, BadInput, Busy, NotAllowed, NotFound, Refused, places_of
from surveyapp.views import (
    access,
    account,
    action,
    adoption,
    api,
    api_answers,  # noqa: F401 - this and the next add their operations to the API
    api_description,  # noqa: F401 - see above
    api_interviews,  # noqa: F401 - see above
    api_result,  # noqa: F401 - see above
    api_study,  # noqa: F401 - see above
    beside,
    candidate,
    case_attribute,
    codebook,
    codebook_file,
    codebook_version,
    coder_join,
    coding,
    comment,
    customer,
    dataset_file,
    diagnosis,
    draft,
    edges,
    evidence,
    exchange,
    fieldwork,
    guide,
    identity,
    interview,
    interview_analysis,
    invitation,
    joint,
    measurement,
    member_check,
    memo,
    norm,
    note,
    note_sheet,
    organisation,
    own_construct,
    paper,
    paper_check,
    person,
    pilot,
    plan_edit,
    planner,
    preview,
    promotion,
    publication,
    questionnaire,
    regrouping,
    rehearsal,
    report,
    report_release,
    report_review,
    response,
    retrieval,
    round,
    schedule,
    study,
    text_correction,
    token,
    wave,
    wave_change,
    webhook,
    what_if,
    wording,
)
from surveyapp.views.api_problem import problem_of_http
from surveyapp.views.check_rules import CHECK_RULES, finding_place, finding_words
from surveyapp.views.coding_html import drawn_bars, drawn_head, drawn_notes, drawn_row, drawn_words
from surveyapp.views.job_fault import job_fault
from surveyapp.views.masked_page import mask_results
from surveyapp.views.reply_headers import add_headers
from surveyapp.views.respondent_app import TwoApps, create_respondent_app
from surveyapp.views.served_words import DOMAIN, ServedDomain, audience_key
from surveyapp.views.shown_wave import keep_wave
from surveyapp.views.stacked_table import stacked
from surveyapp.views.static_file import mark_static, send_static
from surveyapp.views.throttle import limiter
from surveyapp.views.wave_words import wave_called

LANGUAGES = {"en": "English", "zh": "中文"}
STATUS_OF = {NotFound: 404, NotAllowed: 403, BadInput: 422, Refused: 409, Busy: 503}
LONG_S = 365 * 24 * 3600     # a static file's address changes with the file, so that browsers may keep it
LARGEST_UPLOAD = 32 * 1024 * 1024       # bytes; a customer file of 200,000 rows is about 20 MB


class StaffApp(Flask):
    """Flask whose log holds no research data."""

    def log_exception(self, exc_info: Any) -> None:
        """Log what went wrong where; what a library says of it may quote an interview, a name or an answer."""
        self.logger.error("Exception in %s\n%s", request.endpoint, places_of(exc_info[1]))


def create_app(config: Config | None = None) -> Flask:
    """Return the application; it reads the environment where no settings are handed over."""
    config = config or read_config()
    app = StaffApp(__name__)
    app.url_map.converters["int"] = access.NumberInAddress
    shared = {
        "SECRET_KEY": config.secret_key, "SURVEYAPP": config, "TESTING": config.is_testing,
        "MAX_CONTENT_LENGTH": LARGEST_UPLOAD,
        "MAX_FORM_MEMORY_SIZE": LARGEST_UPLOAD,         # a transcript comes as a field while its names are decided on
        "BABEL_TRANSLATION_DIRECTORIES": str(Path(__file__).parent / "translations"),
    }
    app.config.update(
        shared, WTF_CSRF_TIME_LIMIT=None, RATELIMIT_ENABLED=not config.is_testing,
        SESSION_COOKIE_HTTPONLY=True, SESSION_COOKIE_SAMESITE="Lax", SESSION_COOKIE_SECURE=config.is_secure,
        SEND_FILE_MAX_AGE_DEFAULT=LONG_S,
    )
    app.url_defaults(mark_static)
    app.url_defaults(keep_wave)
    app.view_functions["static"] = send_static
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    use_database(Database(config.database_url))
    _add_login(app)
    _add_languages(app)
    _add_errors(app)
    app.before_request(exchange.allow_long_form)        # before the form is read for its CSRF token
    _add_views(app)
    app.before_request(access.refuse_null_signs)
    app.after_request(add_headers)
    app.after_request(mask_results)
    app.teardown_request(lambda _error: close_read_session())
    respondents = create_respondent_app(shared, LANGUAGES)
    app.wsgi_app = TwoApps(app.wsgi_app, respondents.wsgi_app, respondents.first_parts())  # type: ignore[method-assign]  # Flask's documented way
    return app


def create_served_app() -> Flask:
    """Return the application for a server: what is loaded by now stays, so the garbage collector leaves it out."""
    app = create_app()
    gc.collect()
    gc.freeze()
    return app


def _add_login(app: Flask) -> None:
    login = LoginManager(app)
    login.login_view = "account.login"
    login.login_message = None
    login.session_protection = None     # addresses change on the move; the cookie is signed and HttpOnly
    login.user_loader(access.load_login)
    limiter.init_app(app)


def _add_languages(app: Flask) -> None:
    babel = Babel(app, locale_selector=lambda: g.get("language") or access.reader_language())
    babel.domain_instance = ServedDomain(domain=DOMAIN)
    app.jinja_env.globals.update(LANGUAGES=LANGUAGES, reader_language=access.reader_language, audience_key=audience_key,
                                 wave_called=wave_called,
                                 check_rules=CHECK_RULES, finding_words=finding_words, finding_place=finding_place,
                                 job_fault=job_fault, fixed_figure=fixed)
    app.jinja_env.filters.update(wave_called=wave_called, stacked=stacked, drawn_head=drawn_head,
                                 drawn_words=drawn_words, drawn_bars=drawn_bars, drawn_notes=drawn_notes,
                                 drawn_row=drawn_row)


def _add_views(app: Flask) -> None:
    csrf = CSRFProtect(app)
    for views in (
        account, study, adoption, wave, questionnaire, draft, wording, preview, publication, fieldwork, invitation,
        own_construct, promotion,
        paper, paper_check, person,
        customer, dataset_file,
        interview, guide, schedule, case_attribute, note, note_sheet, member_check,
        identity,
        coding, edges, memo, text_correction,
        codebook, codebook_file, codebook_version, regrouping,
        comment,
        candidate,
        coder_join,
        exchange,
        organisation, norm, beside, wave_change, diagnosis, plan_edit, evidence, measurement, report,
        pilot, planner, rehearsal, retrieval,
        report_release, report_review, action,
        round,
        joint,
        interview_analysis,
        what_if,
        token, webhook, api,
    ):
        app.register_blueprint(views.blueprint)
    csrf.exempt(api.blueprint)          # a token is its authority, and no cookie
    csrf.exempt(preview.blueprint)      # its posts change nothing; its pages are the respondents' own
    # Respondents' pages have an application of their own; here they are known so that staff pages can lead there.
    app.register_blueprint(response.blueprint)


def _add_errors(app: Flask) -> None:
    @app.errorhandler(AppError)
    def on_app_error(error: AppError) -> tuple[str, int, dict[str, str]]:
        status = next((code for kind, code in STATUS_OF.items() if isinstance(error, kind)), 500)
        headers = {"Retry-After": "5"} if isinstance(error, Busy) else {}
        values = {key: str(value) for key, value in error.values.items()}
        page = render_template(
            "error.html", status=status, reason=gettext(error.reason).format(**values),
            remedy=gettext(error.remedy).format(**values) if error.remedy else "", rows=getattr(error, "rows", ()),
        )
        return page, status, headers

    @app.errorhandler(CSRFError)
    def on_csrf_error(_error: CSRFError) -> tuple[str, int]:
        return render_template("error.html", status=400, reason=gettext("This page was open for too long."),
                               remedy=gettext("Go back, load the page again and repeat the step."), rows=()), 400

    @app.errorhandler(HTTPException)
    def on_http_error(error: HTTPException) -> tuple[str, int] | Response:
        if request.path.startswith(f"{api.PREFIX}/"):
            return problem_of_http(error)
        reason = gettext("There is no such page.") if error.code == 404 else (error.name or "")  # noqa: PLR2004 - HTTP
        return render_template("error.html", status=error.code, reason=reason, remedy="", rows=()), error.code or 500
