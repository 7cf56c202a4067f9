"""The short code by which a respondent goes on at another device, and what the database keeps of it.

The code follows from the respondent's secret. Kept are a keyed hash, by which its response is found, and the secret's
random part in a box that only the code, with the server's key, opens. Neither a copy of the database nor the server
without the code leads to a respondent's pages.
"""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64decode

from surveyapp.services.response_token import SEAL_BYTES, TOKEN_LENGTH, token_of

# No 0 O 1 I L, which look alike; 31 signs, 9 of them = 2.6 x 10^13 codes for each questionnaire.
RESUME_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
RESUME_LENGTH = 9
RESUME_GROUP = 3


def _digest(secret: str, purpose: str, *parts: str) -> bytes:
    return hmac.digest(secret.encode(), "\x1f".join((purpose, *parts)).encode(), "sha256")


def resume_code(secret: str, token: str) -> str:
    """Return the short code of a response, e.g. K7Q-M3X-DA9; the same on every page."""
    number = int.from_bytes(_digest(secret, "resume-code", token), "big")
    signs = []
    for _ in range(RESUME_LENGTH):
        number, place = divmod(number, len(RESUME_ALPHABET))
        signs.append(RESUME_ALPHABET[place])
    code = "".join(signs)
    return "-".join(code[start:start + RESUME_GROUP] for start in range(0, RESUME_LENGTH, RESUME_GROUP))


def plain_resume_code(text: str) -> str | None:
    """Return a typed code without spaces and hyphens, in capitals; None if it cannot be one."""
    code = re.sub(r"[\s\-‐-―－_.]", "", text).upper()
    return code if len(code) == RESUME_LENGTH and set(code) <= set(RESUME_ALPHABET) else None


def resume_hash(secret: str, link_token: str, plain_code: str) -> str:
    """Return by what the response of a code is found; the same code under another questionnaire has another."""
    return _digest(secret, "resume-hash", link_token, plain_code).hex()


def closed_box(secret: str, link_token: str, token: str) -> str:
    """Return the random part of the token, to be read with the token's short code only."""
    code = resume_code(secret, token).replace("-", "")
    random_part = urlsafe_b64decode(token[:TOKEN_LENGTH // 2] + "==")
    return _mixed(random_part, _digest(secret, "resume-box", link_token, code)).hex()


def opened_box(secret: str, link_token: str, content_hash: str, plain_code: str, box: str) -> str:
    """Return the token whose random part is in the box."""
    random_part = _mixed(bytes.fromhex(box), _digest(secret, "resume-box", link_token, plain_code))
    return token_of(secret, random_part, link_token, content_hash)


def _mixed(one: bytes, other: bytes) -> bytes:
    return bytes(left ^ right for left, right in zip(one[:SEAL_BYTES], other[:SEAL_BYTES], strict=True))
