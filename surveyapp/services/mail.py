"""Ways to send a mail: over SMTP, or as a file in a folder where no server is named."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, parseaddr
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from surveyapp.config import Config
from surveyapp.errors import Misconfigured, Refused
from surveyapp.services.invitation import is_address

PATIENCE_S = 30
PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
PERMANENT = 500         # SMTP: from here on the server will never take it
DEFAULT_FROM = "survey@localhost"


class NotSent(Refused):
    """The server said that it did not take the message; `is_final` if it never will."""

    def __init__(self, words: str, *, is_final: bool) -> None:
        super().__init__("The mail server refused: {words}", "", words=words)
        self.is_final = is_final


class Transport(Protocol):
    """Takes messages. NotSent means that it was surely not sent; any other error leaves that open."""

    def send(self, message: EmailMessage) -> None: ...

    def was_sent(self, message_id: str) -> bool:
        """Tell whether it surely was sent before; a mail server cannot be asked."""
        ...


class FileTransport:
    """Writes each message into a folder, one file under its Message-ID: a second one is the same file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def send(self, message: EmailMessage) -> None:
        path = self._path(str(message["Message-ID"]))
        draft = path.with_suffix(".part")
        draft.write_bytes(message.as_bytes())
        draft.replace(path)

    def was_sent(self, message_id: str) -> bool:
        return self._path(message_id).exists()

    def _path(self, message_id: str) -> Path:
        name = "".join(sign for sign in message_id if sign.isalnum() or sign in "-_.")
        return self._folder / f"{name}.eml"


class SmtpTransport:
    """Sends over one connection that is open already."""

    def __init__(self, server: smtplib.SMTP) -> None:
        self._server = server

    def send(self, message: EmailMessage) -> None:
        try:
            self._server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code, words = next(iter(error.recipients.values()))
            raise NotSent(_words(words), is_final=code >= PERMANENT) from None
        except smtplib.SMTPResponseException as error:      # sender or content refused: a clear no
            raise NotSent(_words(error.smtp_error), is_final=error.smtp_code >= PERMANENT) from None

    def was_sent(self, message_id: str) -> bool:
        return False


def _words(said: bytes | str) -> str:
    return said.decode(errors="replace") if isinstance(said, bytes) else str(said)


@contextmanager
def open_transport(config: Config) -> Iterator[Transport]:
    """Open the way to send that the settings name; without a server, files in the folder `outbox`."""
    if not config.smtp_url:
        yield FileTransport(config.home / "outbox")
        return
    parts = urlsplit(config.smtp_url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise Misconfigured("SURVEYAPP_SMTP_URL cannot be read.",
                            "Write smtp://, smtp+starttls:// or smtps://, then user:password@host:port.")
    try:
        server = _connected(parts.scheme, parts.hostname, parts.port or PORTS[parts.scheme])
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
    except (OSError, smtplib.SMTPException) as error:
        raise Refused("The mail server {host} cannot be used: {words}", "Check SURVEYAPP_SMTP_URL. Nothing was sent.",
                      host=parts.hostname, words=str(error)) from None
    try:
        yield SmtpTransport(server)
    finally:
        server.close()


def _connected(scheme: str, host: str, port: int) -> smtplib.SMTP:
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port, timeout=PATIENCE_S, context=ssl.create_default_context())
    server = smtplib.SMTP(host, port, timeout=PATIENCE_S)
    if scheme == "smtp+starttls":
        server.starttls(context=ssl.create_default_context())
    return server


def mail_message(config: Config, address: str, name: str, subject: str, body: str, *, message_id: str,
                 opt_out: str) -> EmailMessage:
    """Return a message to one person; a header cannot be smuggled in: what holds a line break is refused."""
    sender_name, sender_address = parseaddr(config.mail_from or DEFAULT_FROM)
    if not is_address(sender_address):
        raise Misconfigured("SURVEYAPP_MAIL_FROM is no mail address.", "Write it as Name <survey@company.example>.")
    if not is_address(address):
        raise NotSent("this is no mail address", is_final=True)
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(_plain(sender_name), addr_spec=sender_address)
    message["To"] = Address(_plain(name) if name != address else "", addr_spec=address)
    message["Subject"] = _plain(subject)
    message["Message-ID"] = message_id
    message["Date"] = formatdate(usegmt=True)
    message["List-Unsubscribe"] = f"<{opt_out}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"     # a mail program's own button posts
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(body, charset="utf-8")
    return message


def _plain(text: str) -> str:
    """Return a header's value without signs that end a line or are none."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
