"""The secret a respondent holds: what is issued, how it is checked, what the database keeps of it.

A token is 128 random bits and a seal (HMAC) that binds them to one link and one version of the questionnaire. The
database holds only a keyed hash of it, so that neither a copy of the database nor of a backup opens a response.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from functools import lru_cache

TOKEN_BYTES = 16        # 128 random bits cannot be guessed
SEAL_BYTES = 16
KEY_LENGTH = 32         # hexadecimal signs of `response.key`
TOKEN_LENGTH = 44       # 22 signs of base64 each for the random part and the seal

# Crockford's alphabet: no I, L, O, U, which people mistake for 1, 1, 0, V when they copy a code by hand.
CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 12        # 60 bits: not to be guessed through a web form
CODE_GROUP = 4
MISREAD = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V"})
TIME_SEAL_LENGTH = 16


@lru_cache(maxsize=4)
def _keyed(secret: str) -> hmac.HMAC:
    return hmac.new(secret.encode(), digestmod="sha256")


def _seal(secret: str, purpose: str, *parts: str) -> bytes:
    # Copying what holds the key already takes half the time of beginning with it.
    seal = _keyed(secret).copy()
    seal.update("\x1f".join((purpose, *parts)).encode())
    return seal.digest()


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def issue_token(secret: str, link_token: str, content_hash: str) -> str:
    """Return a new token for one response under the link; nothing is stored."""
    return token_of(secret, secrets.token_bytes(TOKEN_BYTES), link_token, content_hash)


def token_of(secret: str, random_bytes: bytes, link_token: str, content_hash: str) -> str:
    """Return the token with that random part."""
    random_part = _text(random_bytes)
    return random_part + _token_seal(secret, random_part, link_token, content_hash)


def _token_seal(secret: str, random_part: str, link_token: str, content_hash: str) -> str:
    return _text(_seal(secret, "response-token", random_part, link_token, content_hash)[:SEAL_BYTES])


def is_genuine(secret: str, token: str, link_token: str, content_hash: str) -> bool:
    """Tell whether the token was issued here for this link and this version of the questionnaire."""
    if len(token) != TOKEN_LENGTH or not token.isascii():
        return False
    random_part = token[: TOKEN_LENGTH // 2]
    return hmac.compare_digest(token[TOKEN_LENGTH // 2:], _token_seal(secret, random_part, link_token, content_hash))


def response_key(secret: str, token: str) -> str:
    """Return the key under which the token's response is stored; the token cannot be found from it."""
    return _seal(secret, "response-key", token).hex()[:KEY_LENGTH]


def withdrawal_code(secret: str, token: str) -> str:
    """Return the code that is shown at the end, e.g. 7QK2-M9XD-30HB; the same whenever its holder asks."""
    number = int.from_bytes(_seal(secret, "withdrawal-code", token)[:8], "big")
    signs = "".join(CODE_ALPHABET[number >> 5 * place & 31] for place in range(CODE_LENGTH))
    return "-".join(signs[start:start + CODE_GROUP] for start in range(0, CODE_LENGTH, CODE_GROUP))


def withdrawal_hash(secret: str, code: str) -> str:
    """Return what the database keeps of a code; spaces, hyphens, small letters and misread signs do not matter."""
    return _seal(secret, "withdrawal-hash", plain_code(code)).hex()


def plain_code(code: str) -> str:
    """Return the code as it was issued, without hyphens."""
    return re.sub(r"[\s\-‐-―－]", "", code).upper().translate(MISREAD)


def sealed_time(secret: str, key: str, section: str, now_ms: int) -> str:
    """Return the instant a page was shown, sealed, for respondents without JavaScript; it is never stored."""
    return f"{now_ms}.{_seal(secret, 'page-time', key, section, str(now_ms)).hex()[:TIME_SEAL_LENGTH]}"


def elapsed_ms(secret: str, key: str, section: str, sealed: str, now_ms: int) -> int | None:
    """Return how long ago the sealed instant is; None if the seal is not ours."""
    shown, _, seal = sealed.partition(".")
    if not (shown.isascii() and shown.isdigit()) or len(shown) > TIME_SEAL_LENGTH:
        return None
    if not hmac.compare_digest(sealed_time(secret, key, section, int(shown)), f"{int(shown)}.{seal}"):
        return None
    return max(0, now_ms - int(shown))


def text_hash(text: str) -> str:
    """Return the hash by which a consent text is known later."""
    return hashlib.sha256(text.encode()).hexdigest()
