"""Forms about accounts: shape of input only."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length


class LoginForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF publishes no types
    """Login and password."""

    login = StringField(_l("Login"), [InputRequired(), Length(max=120)])
    password = PasswordField(_l("Password"), [InputRequired(), Length(max=200)])
