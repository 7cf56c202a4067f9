"""Settings, read from the environment once.

A missing secret is made for a local start; serving beyond loopback requires one to be given.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from surveyapp.errors import Misconfigured

SHORTEST_SECRET = 32        # characters; 32 random ones hold more than 128 bits
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True)
class Config:
    """Everything the program is told from outside."""

    database_url: str
    home: Path
    secret_key: str
    is_secret_given: bool = False
    reference: Path = Path("../shared/reference")
    is_testing: bool = False
    contact: str = ""                   # whom respondents tell what does not work for them
    is_secure: bool = False             # served over HTTPS: cookies are marked Secure
    public_url: str = ""                # under which respondents reach us; links in mails and on slips begin with it
    smtp_url: str = ""                  # smtp://, smtps:// or smtp+starttls://; without it mails become files
    mail_from: str = ""
    webhook_networks: tuple[IPv4Network | IPv6Network, ...] = ()     # private ones that webhooks may lead into

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")


def read_config(environment: Mapping[str, str] | None = None) -> Config:
    """Return the settings; makes the home folder and, for a local start, a secret of mode 600 in it."""
    environment = os.environ if environment is None else environment
    home = Path(environment.get("SURVEYAPP_HOME", "instance")).resolve()
    home.mkdir(parents=True, exist_ok=True)
    url = environment.get("SURVEYAPP_DATABASE_URL") or f"sqlite:///{home / 'surveyapp.sqlite3'}"
    given = environment.get("SURVEYAPP_SECRET_KEY", "")
    if given and len(given) < SHORTEST_SECRET:
        raise Misconfigured("SURVEYAPP_SECRET_KEY has {n} characters.", "Give at least 32 random ones.", n=len(given))
    return Config(
        database_url=_with_driver(url),
        home=home,
        secret_key=given or _own_secret(home / "secret"),
        is_secret_given=bool(given),
        reference=Path(environment.get("SURVEYAPP_REFERENCE", "../shared/reference")),
        contact=environment.get("SURVEYAPP_CONTACT", "").strip(),
        is_secure=environment.get("SURVEYAPP_HTTPS", "") == "1",
        public_url=_public_url(environment.get("SURVEYAPP_URL", "")),
        smtp_url=environment.get("SURVEYAPP_SMTP_URL", ""),
        mail_from=environment.get("SURVEYAPP_MAIL_FROM", ""),
        webhook_networks=_networks(environment.get("SURVEYAPP_WEBHOOK_NETWORKS", "")),
    )


def _public_url(url: str) -> str:
    """Return the address without a slash at the end; only http and https lead to a questionnaire."""
    if url and not url.startswith(("http://", "https://")):
        raise Misconfigured("SURVEYAPP_URL is {url}.", "Give the whole address, such as https://survey.company.example.",
                            url=repr(url))
    return url.rstrip("/")


def _networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Return the networks of a list such as 10.1.0.0/16,fd00::/8."""
    try:
        return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise Misconfigured("SURVEYAPP_WEBHOOK_NETWORKS: {words}.", "Write networks as 10.1.0.0/16,fd00::/8.",
                            words=error) from None


def _with_driver(url: str) -> str:
    """Return the URL with psycopg 3 named, which is the only PostgreSQL driver installed."""
    for plain in ("postgresql://", "postgres://"):
        if url.startswith(plain):
            return "postgresql+psycopg://" + url.removeprefix(plain)
    return url


def _own_secret(path: Path) -> str:
    """Return the secret kept in the file, made at the first start, readable by its owner only."""
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text(encoding="utf-8").strip()
