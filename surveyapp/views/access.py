"""Who is logged in, what their role allows, and the study they are in; asked by every view behind the login."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import g, request, session
from flask_login import UserMixin, current_user, login_required
from werkzeug.routing import IntegerConverter, Map

from surveyapp.db.session import read_session
from surveyapp.errors import BadInput, NotFound, marked
from surveyapp.models.account import Account
from surveyapp.models.study import Study
from surveyapp.services.account import check_membership, check_permission
from surveyapp.services.study import get_study

LARGEST_NUMBER = 2 ** 31 - 1        # what a column of numbers holds
NULL_SIGN = "\x00"                  # no database of ours stores it in a text
View = TypeVar("View", bound=Callable[..., Any])
DEFAULT_LANGUAGE = "en"


class Login(UserMixin):  # type: ignore[misc]  # Flask-Login publishes no types
    """An account as Flask-Login sees it; the id holds the login version, so that raising it ends every login."""

    def __init__(self, account: Account) -> None:
        self.account = account

    def get_id(self) -> str:
        return f"{self.account.id}:{self.account.login_version}"


def load_login(login_id: str) -> Login | None:
    """Return the login of that id if it is still good."""
    number, _, version = login_id.partition(":")
    account = read_session().get(Account, int(number)) if number.isdigit() else None
    if account is None or not account.is_active or str(account.login_version) != version:
        return None
    return Login(account)


def current_account() -> Account:
    """Return the account that is logged in; used only where a login is required."""
    return cast("Login", current_user).account


def reader_language() -> str:
    """Return the language of the page: as chosen, as the account prefers, or as the browser asks."""
    chosen: str | None = session.get("language")
    return chosen or asked_language()


def asked_language() -> str:
    """Return the language the browser asks for, of those that our own words are in."""
    return request.accept_languages.best_match(["en", "zh"], DEFAULT_LANGUAGE)


class NumberInAddress(IntegerConverter):
    """A number in an address; one that no column can hold leads to no page."""

    def __init__(self, url_map: Map, **options: Any) -> None:
        super().__init__(url_map, **{"max": LARGEST_NUMBER, **options})


def refuse_null_signs() -> None:
    """Refuse an address, a form or a file's name with a sign that cannot be stored."""
    if any(NULL_SIGN in str(value) for value in (request.view_args or {}).values()):
        raise NotFound(marked("There is no such page."))
    if _is_respondent():        # these read their forms themselves and drop such signs
        return
    values = [value for form in (request.args, request.form) for _, value in form.items(multi=True)]
    names = [file.filename or "" for _, file in request.files.items(multi=True)]
    if any(NULL_SIGN in value for value in (*values, *names)):
        raise BadInput(marked("What was sent holds a sign that is no text."), marked("Remove it and try again."))


def _is_respondent() -> bool:
    return request.blueprint == "response"


def requires(permission: str) -> Callable[[View], View]:
    """Let only roles with the permission see the view; a view with `study_id` gets it checked and in `g.study`."""

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(*args: Any, **kwargs: Any) -> Any:
            account = current_account()
            check_permission(account, permission)
            if "study_id" in kwargs:
                g.study = member_study(kwargs["study_id"], account)
            return view(*args, **kwargs)

        # A view with this mark is known to the test that asks every route as every role.
        checked.permission = permission  # type: ignore[attr-defined]  # a function takes attributes
        return cast("View", login_required(checked))

    return decorate


def member_study(study_id: int, account: Account) -> Study:
    """Return the study if the account may see it; NotFound otherwise."""
    study = get_study(read_session(), study_id)
    check_membership(read_session(), study, account)
    return study
