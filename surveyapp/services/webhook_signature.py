"""How a delivery is signed, by the Standard Webhooks specification, version 1: HMAC-SHA256 over id, time and body.

The signing secret is computed from the webhook's nonce and the server's secret: a copy of the database cannot sign.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import b64decode, b64encode

MARK = "whsec_"         # how the specification writes a symmetric secret
NONCE_BYTES = 16


def new_nonce() -> str:
    """Return what makes a new webhook's secret its own."""
    return secrets.token_hex(NONCE_BYTES)


def signing_secret(secret: str, nonce: str) -> str:
    """Return the secret of a webhook as its receiver is given it; 256 bits."""
    return MARK + b64encode(hmac.digest(secret.encode(), b"webhook\x1f" + nonce.encode(), "sha256")).decode()


def signature(signing: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the value of the line webhook-signature."""
    key = b64decode(signing.removeprefix(MARK))
    return "v1," + b64encode(hmac.digest(key, f"{message_id}.{timestamp}.".encode() + body, "sha256")).decode()
