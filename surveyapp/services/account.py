"""Accounts: adding people, checking passwords, who may see which study."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.errors import NotAllowed, NotFound, Refused
from surveyapp.models.account import Account, Membership, Role
from surveyapp.models.study import Study
from surveyapp.services.audit import record_change

SHORTEST_PASSWORD = 10      # characters; NIST SP 800-63B asks for 8, with one factor only we ask for a little more

_hasher = PasswordHasher()


@cache
def _decoy() -> str:
    """Return a hash to verify where the login is unknown, so that the time taken does not tell who has an account."""
    return _hasher.hash("no account has this password")


def add_account(session: Session, login: str, name: str, role: str, password: str | None) -> Account:
    """Return a new account; without a password nobody can log in with it."""
    login = login.strip().lower()
    if role not in set(Role):
        raise Refused("There is no role {role}.", "Choose one of: {roles}.", role=repr(role), roles=", ".join(Role))
    if not login:
        raise Refused("The login is empty.", "Give one, for example an e-mail address.")
    if find_account(session, login) is not None:
        raise Refused("The login {login} is taken.", "Choose another one.", login=repr(login))
    account = Account(login=login, name=name.strip() or login, role=role, password_hash=_hash(password))
    session.add(account)
    session.flush()
    record_change(session, "add_account", f"account {account.id}", after={"login": login, "role": role})
    return account


def _hash(password: str | None) -> str | None:
    if password is None:
        return None
    if len(password) < SHORTEST_PASSWORD:
        raise Refused("The password is too short.", "Use at least {n} characters.", n=SHORTEST_PASSWORD)
    return _hasher.hash(password)


def find_account(session: Session, login: str) -> Account | None:
    """Return the account of that login, or None."""
    return session.scalar(select(Account).where(Account.login == login.strip().lower()))


def get_account(session: Session, login: str) -> Account:
    """Return the account of that login; NotFound otherwise."""
    account = find_account(session, login)
    if account is None:
        raise NotFound("There is no account {login}.", "Choose one from the list of accounts.", login=repr(login))
    return account


def list_accounts(session: Session) -> list[Account]:
    """Return every account, by login."""
    return list(session.scalars(select(Account).order_by(Account.login)))


def check_password(session: Session, login: str, password: str) -> Account | None:
    """Return the account if the password is right and the account is active; takes as long if not."""
    account = find_account(session, login)
    stored = account.password_hash if account and account.password_hash else _decoy()
    try:
        _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return None
    return account if account and account.password_hash and account.is_active else None


def set_password(session: Session, account: Account, password: str) -> None:
    """Give the account a new password; every open login of it ends."""
    account.password_hash = _hash(password)
    account.login_version += 1
    record_change(session, "reset_password", f"account {account.id}")


def set_role(session: Session, account: Account, role: str) -> None:
    """Give the account another role; every open login of it ends."""
    if role not in set(Role):
        raise Refused("There is no role {role}.", "Choose one of: {roles}.", role=repr(role), roles=", ".join(Role))
    record_change(session, "set_role", f"account {account.id}", before={"role": account.role}, after={"role": role})
    account.role = role
    account.login_version += 1


def add_member(session: Session, study: Study, account: Account) -> None:
    """Let the account into the study; does nothing if it is in already."""
    if not _is_member(session, study, account):
        session.add(Membership(study_id=study.id, account_id=account.id))
        session.flush()
        record_change(session, "add_member", f"account {account.id}", study_id=study.id)


def _is_member(session: Session, study: Study, account: Account) -> bool:
    found = select(Membership.id).where(Membership.study_id == study.id, Membership.account_id == account.id)
    return session.scalar(found) is not None


def may_see_study(session: Session, study: Study, account: Account) -> bool:
    """Tell whether the study is one of the account's."""
    return account.permissions.can_see_every_study or _is_member(session, study, account)


def check_membership(session: Session, study: Study, account: Account) -> None:
    """Raise NotFound unless the account may see the study: whether it exists is nobody else's business."""
    if not may_see_study(session, study, account):
        raise NotFound("There is no such study.", "Ask an administrator to let you into it.")


def check_permission(account: Account, permission: str) -> None:
    """Raise NotAllowed unless the account's role has the permission, e.g. `can_code`."""
    if not getattr(account.permissions, permission):
        raise NotAllowed("Your role does not allow this.", "Ask an administrator if you need it.")
