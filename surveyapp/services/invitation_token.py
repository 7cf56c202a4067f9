"""The secrets of invitations: personal links, codes on slips, and what the database keeps of them.

A link's token is computed from the invitation's nonce and the server's secret, so that a reminder can name it again and
the database alone cannot. Everything else here keeps two things apart: that a person began, and what somebody answered.
"""

from __future__ import annotations

import hmac
import re
import secrets
from base64 import urlsafe_b64encode

TOKEN_BYTES = 16        # 128 bits
TOKEN_LENGTH = 22       # signs of base64
NONCE_BYTES = 16
# No 0 O 1 I L, which look alike on paper, and no U, which is taken for V: 30 signs, 8 of them = 6.6 x 10^11 codes.
SLIP_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
SLIP_LENGTH = 8
SEAL_BYTES = 8          # of a sealed number


def _digest(secret: str, purpose: str, *parts: str) -> bytes:
    return hmac.digest(secret.encode(), "\x1f".join((purpose, *parts)).encode(), "sha256")


def new_nonce() -> str:
    """Return what makes a new invitation's link its own."""
    return secrets.token_hex(NONCE_BYTES)


def link_token(secret: str, nonce: str) -> str:
    """Return the token of an invitation's personal link; the same whenever it is asked for."""
    return urlsafe_b64encode(_digest(secret, "invitation", nonce)[:TOKEN_BYTES]).rstrip(b"=").decode()


def slip_code(secret: str, nonce: str) -> str:
    """Return the code printed on an invitation's slip, without a hyphen."""
    number = int.from_bytes(_digest(secret, "slip", nonce), "big")
    signs = []
    for _ in range(SLIP_LENGTH):
        number, place = divmod(number, len(SLIP_ALPHABET))
        signs.append(SLIP_ALPHABET[place])
    return "".join(signs)


def spoken_code(code: str) -> str:
    """Return a code as it is printed: K7QM-3XDA."""
    return f"{code[:SLIP_LENGTH // 2]}-{code[SLIP_LENGTH // 2:]}"


def plain_token(text: str) -> str:
    """Return a token or code as it was issued; a code may be typed with small letters, spaces and hyphens."""
    text = text.strip()
    code = re.sub(r"[\s\-‐-―－]", "", text).upper()
    return code if len(code) == SLIP_LENGTH and len(text) != TOKEN_LENGTH else text


def is_code(token: str) -> bool:
    """Tell whether it is short enough to be guessed at: codes are throttled, links need not be."""
    return len(token) <= SLIP_LENGTH


def token_hash(secret: str, token: str) -> str:
    """Return what the invitation keeps of its token."""
    return _digest(secret, "invitation-hash", token).hex()


def spent_key(secret: str, token: str) -> str:
    """Return under what a used link is kept; another value than the invitation's, so that the two cannot be matched."""
    return _digest(secret, "spent-link", token).hex()


def holder_of(secret: str, response_token: str) -> str:
    """Return what a used link keeps of its user; the response's key is another value of the same secret."""
    return _digest(secret, "link-holder", response_token).hex()


def receipt_key(secret: str, response_token: str) -> str:
    """Return under what the receipt of a response is kept; found with the respondent's secret only."""
    return _digest(secret, "receipt", response_token).hex()


def sealed_by_respondent(secret: str, response_token: str, number: int) -> str:
    """Return a number as only the holder of the response's secret can read it; the same call opens it again."""
    return _sealed(_digest(secret, "receipt-seal", response_token), number)


def opened_by_respondent(secret: str, response_token: str, sealed: str) -> int:
    """Return the number that `sealed_by_respondent` sealed."""
    return _opened(_digest(secret, "receipt-seal", response_token), sealed)


def sealed_by_server(secret: str, key: str, number: int) -> str:
    """Return a number as it can be read with the server's secret; `key` must be new each time."""
    return _sealed(_digest(secret, "mark-seal", key), number)


def opened_by_server(secret: str, key: str, sealed: str) -> int:
    """Return the number that `sealed_by_server` sealed."""
    return _opened(_digest(secret, "mark-seal", key), sealed)


def address_hash(secret: str, address: str) -> str:
    """Return what the list of those who want no mail keeps of an address."""
    return _digest(secret, "opt-out", address.strip().lower()).hex()


def _sealed(pad: bytes, number: int) -> str:
    """Add a one-time pad: each pad is used for one number, which is what makes it safe."""
    clear = number.to_bytes(SEAL_BYTES, "big")
    return bytes(a ^ b for a, b in zip(clear, pad[:SEAL_BYTES], strict=True)).hex()


def _opened(pad: bytes, sealed: str) -> int:
    return int.from_bytes(bytes(a ^ b for a, b in zip(bytes.fromhex(sealed), pad[:SEAL_BYTES], strict=True)), "big")
