"""Tokens of the API: of one account, shown once, kept as a keyed hash, ended by a day, by hand or by a new password.

A token is 256 random bits, so a fast hash protects it as well as a slow one would: there is nothing to guess. The hash
is keyed with the server's secret, so that whoever can write to the database cannot make a token of their own.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.db.base import utc_now
from surveyapp.errors import BadInput, NotFound
from surveyapp.models.account import Account
from surveyapp.models.api_token import READ, SCOPES, WRITE, ApiToken
from surveyapp.models.study import Study
from surveyapp.services.account import check_membership
from surveyapp.services.audit import record_change

MARK = "svy_"               # by which scanners for leaked secrets, and people, know what it is
TOKEN_BYTES = 32            # 256 bits
HINT_LENGTH = 10            # signs shown of a token, the mark among them: 36 bits of 256
LONGEST_NAME = 80           # characters; the width of the column
USUAL_DAYS, MOST_DAYS = 90, 366
DAYS_OFFERED = (7, 30, USUAL_DAYS, MOST_DAYS)


def token_hash(secret: str, token: str) -> str:
    """Return what the database keeps of a token."""
    return hmac.digest(secret.encode(), b"api-token\x1f" + token.encode(), "sha256").hex()


def add_token(session: Session, secret: str, account: Account, name: str, *, scope: str = READ,
              study: Study | None = None, days: int = USUAL_DAYS, by: Account | None = None) -> tuple[ApiToken, str]:
    """Return a new token's row and the token itself, which nobody can learn again; `by` made it, None: the command."""
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise BadInput("A token needs a name of at most {most} characters.", "Say which program will use it.",
                       most=LONGEST_NAME)
    if scope not in SCOPES:
        raise BadInput("There is no scope {scope}.", "Choose one of: {known}.", scope=repr(scope),
                       known=", ".join(SCOPES))
    if not 1 <= days <= MOST_DAYS:
        raise BadInput("A token holds for 1 to {most} days.", "Give a number in between.", most=MOST_DAYS)
    if study is not None:
        check_membership(session, study, account)
    token = MARK + secrets.token_urlsafe(TOKEN_BYTES)
    row = ApiToken(account_id=account.id, study_id=study.id if study else None, name=name, scope=scope,
                   hint=token[:HINT_LENGTH], token_hash=token_hash(secret, token),
                   login_version=account.login_version, expires_on=_today() + timedelta(days=days))
    session.add(row)
    session.flush()
    record_change(session, "add_token", f"token {row.id}", study_id=row.study_id, account=by,
                  after={"of": account.login, "name": name, "scope": scope, "expires_on": row.expires_on.isoformat()})
    return row, token


def _today() -> date:
    return utc_now().date()


def find_token(session: Session, secret: str, token: str) -> tuple[ApiToken, Account] | None:
    """Return the token and its account if it holds today; None for every other reason alike."""
    if not token.startswith(MARK):
        return None
    found = session.execute(select(ApiToken, Account).join(Account, Account.id == ApiToken.account_id)
                            .where(ApiToken.token_hash == token_hash(secret, token))).first()
    return (found[0], found[1]) if found is not None and holds(found[0], found[1]) else None


def holds(token: ApiToken, account: Account) -> bool:
    """Tell whether a token can be used today."""
    return (token.revoked_at is None and token.expires_on >= _today() and account.is_active
            and token.login_version == account.login_version)


def is_allowed(token: ApiToken, scope: str) -> bool:
    """Tell whether the token reaches as far as a deed needs."""
    return scope == READ or token.scope == WRITE


def note_use(session: Session, token_id: int) -> None:
    """Note that the token was used today; the day only, and once."""
    row = session.get(ApiToken, token_id)
    if row is not None and row.last_used_on != _today():
        row.last_used_on = _today()
        session.flush()


def is_noted(token: ApiToken) -> bool:
    """Tell whether today's use is noted already."""
    return token.last_used_on == _today()


def list_tokens(session: Session, account: Account | None = None) -> list[tuple[ApiToken, Account, str]]:
    """Return the tokens that are not revoked, with account and study's name; of one account, or of all."""
    found = (select(ApiToken, Account, Study.name).join(Account, Account.id == ApiToken.account_id)
             .outerjoin(Study, Study.id == ApiToken.study_id).where(ApiToken.revoked_at.is_(None))
             .order_by(Account.login, ApiToken.id))
    if account is not None:
        found = found.where(ApiToken.account_id == account.id)
    return [(token, owner, name or "") for token, owner, name in session.execute(found)]


def revoke_token(session: Session, token_id: int, owner: Account | None = None, by: Account | None = None) -> ApiToken:
    """End a token at once; with an owner only one of theirs is found."""
    row = session.get(ApiToken, token_id)
    if row is None or row.revoked_at is not None or (owner is not None and row.account_id != owner.id):
        raise NotFound("There is no such token.", "See the list of tokens.")
    row.revoked_at = utc_now()
    session.flush()
    record_change(session, "revoke_token", f"token {row.id}", study_id=row.study_id, account=by,
                  after={"name": row.name})
    return row
