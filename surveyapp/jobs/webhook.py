"""Webhooks delivered: what waits in the outbox is sent, one attempt each, and put back for longer if it fails."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version

from surveyapp.config import Config
from surveyapp.db.base import utc_now
from surveyapp.db.session import read_session, transaction
from surveyapp.errors import AppError
from surveyapp.models.webhook import Webhook, WebhookDelivery
from surveyapp.services.webhook import Outcome, claim_deliveries, is_anything_due, settle_delivery
from surveyapp.services.webhook_signature import signature, signing_secret
from surveyapp.services.webhook_target import Target, find_target

PATIENCE_S = 10.0           # for each step: connecting, a line of the reply
MOST_S = 20.0               # for all of one attempt, however slowly a reply drips in
TOO_SLOW = "The reply took too long."
MOST_READ = 4096            # bytes of a reply; nothing of it is used but its status


class _Pinned(http.client.HTTPConnection):
    """A connection to the address that was checked; the name is not looked up again. It never follows a redirect."""

    def __init__(self, target: Target) -> None:
        super().__init__(target.host, target.port, timeout=PATIENCE_S)
        self._target = target
        self.is_given_up = False

    def connect(self) -> None:
        bare = socket.create_connection((self._target.address, self._target.port), PATIENCE_S)
        self.sock = bare
        if self._target.scheme == "https":
            context = ssl.create_default_context()
            # The handshake comes after the assignment, so that `give_up` can end it too.
            self.sock = context.wrap_socket(bare, server_hostname=self._target.host, do_handshake_on_connect=False)
            self.sock.do_handshake()

    def give_up(self) -> None:
        """End the connection from another thread; whoever waits on it waits no longer."""
        self.is_given_up = True
        if self.sock is not None:
            try:
                self.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                return      # it has ended by itself


def send(target: Target, body: bytes, lines: dict[str, str]) -> Outcome:
    """Post a body to the target and return how it ended; never raises for what the other side does."""
    connection = _Pinned(target)
    watchdog = threading.Timer(MOST_S, connection.give_up)
    watchdog.start()
    try:
        connection.request("POST", target.path, body, {**lines, "Host": target.host_line})
        reply = connection.getresponse()
        reply.read(MOST_READ)
        if connection.is_given_up:      # the end of the connection was ours and not that of the reply
            return Outcome(None, TOO_SLOW)
        return Outcome(reply.status, "" if reply.status < 300 else reply.reason or "")  # noqa: PLR2004 - HTTP: success
    except ssl.SSLCertVerificationError as error:
        return Outcome(None, f"The certificate is not valid: {error.verify_message}.")
    except (OSError, http.client.HTTPException) as error:
        return Outcome(None, TOO_SLOW if connection.is_given_up else str(error) or type(error).__name__)
    finally:
        watchdog.cancel()
        connection.close()


def lines_of(config: Config, delivery: WebhookDelivery, hook: Webhook, timestamp: int) -> dict[str, str]:
    """Return the header lines of a delivery with its signature."""
    signing = signing_secret(config.secret_key, hook.nonce)
    return {"Content-Type": "application/json; charset=utf-8", "User-Agent": f"surveyapp/{_version()}",
            "webhook-id": delivery.message_id, "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(signing, delivery.message_id, timestamp, delivery.body.encode())}


def _version() -> str:
    try:
        return version("surveyapp")
    except PackageNotFoundError:
        return "checkout"


def attempt(config: Config, delivery: WebhookDelivery, hook: Webhook) -> Outcome:
    """Return how one attempt to deliver ended; where the address leads is checked anew each time."""
    try:
        target = find_target(hook.url, config.webhook_networks)
    except AppError as error:
        return Outcome(None, str(error))
    lines = lines_of(config, delivery, hook, int(utc_now().timestamp()))
    return send(target, delivery.body.encode(), lines)


def deliver_due(config: Config, webhook_id: int | None = None,
                goes_on: Callable[[], bool] = lambda: True) -> list[Outcome]:
    """Attempt what is due, of one webhook or of all, and return how each attempt ended; no transaction spans a call."""
    if not is_anything_due(read_session()):
        return []           # nearly always: a look takes no write lock
    with transaction() as session:
        claimed = claim_deliveries(session, webhook_id=webhook_id)
    outcomes = []
    for delivery, hook in claimed:
        if not goes_on():
            break           # the rest is due again when the lease has run out
        outcome = attempt(config, delivery, hook)
        with transaction() as session:
            settle_delivery(session, delivery.id, outcome)
        outcomes.append(outcome)
    return outcomes
