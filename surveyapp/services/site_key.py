"""The keys of one site: with them it signs what it sends and opens what was sent to it.

The private part stays in a file of mode 600 in the home folder. The public part is one line of text that the other
site is given; both sides compare its fingerprint by telephone or on paper, because a line that came by mail could
have been exchanged on the way.
"""

from __future__ import annotations

import hashlib
import os
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from pathlib import Path

from nacl.public import PrivateKey, PublicKey
from nacl.signing import SigningKey, VerifyKey

from surveyapp.errors import BadInput

FILE = "site.key"
WORD = "surveyapp-site-1"       # what a public line begins with; the number is that of its layout
KEY_BYTES = 32                  # of each of the two keys
FINGERPRINT_SIGNS = 24          # 96 bits: nobody finds a second key with the same ones
GROUP = 4


@dataclass(frozen=True)
class PublicSite:
    """What others may know of a site: the key that checks its signature and the key that seals for it."""

    verify_key: VerifyKey
    box_key: PublicKey

    def line(self) -> str:
        """Return the public line of the site."""
        return f"{WORD} {b64encode(bytes(self.verify_key) + bytes(self.box_key)).decode()}"

    def fingerprint(self) -> str:
        """Return the short form that people compare, e.g. 3f0a 91c2 …"""
        digest = hashlib.sha256(self.line().encode()).hexdigest()[:FINGERPRINT_SIGNS]
        return " ".join(digest[start:start + GROUP] for start in range(0, FINGERPRINT_SIGNS, GROUP))


@dataclass(frozen=True)
class Site:
    """A site with its private keys."""

    signing_key: SigningKey
    box_key: PrivateKey

    @property
    def public(self) -> PublicSite:
        return PublicSite(self.signing_key.verify_key, self.box_key.public_key)


def load_site(home: Path) -> Site:
    """Return this site's keys; they are made at the first call, readable by their owner only."""
    path = home / FILE
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(bytes(SigningKey.generate()) + bytes(PrivateKey.generate()))
    content = path.read_bytes()
    if len(content) != 2 * KEY_BYTES:
        raise BadInput("{path} is not a key file.", "Restore it from the backup; a new one cannot open what was sealed "
                       "for the old one.", path=str(path))
    return Site(SigningKey(content[:KEY_BYTES]), PrivateKey(content[KEY_BYTES:]))


def read_public_line(text: str, name: str) -> PublicSite:
    """Return the site of a public line; BadInput if it is none."""
    words = text.split()
    try:
        raw = b64decode(words[1], validate=True) if len(words) > 1 and words[0] == WORD else b""
    except NotBase64:
        raw = b""
    if len(raw) != 2 * KEY_BYTES:
        raise BadInput("{name} holds no public line of a site.",
                       "Let the other site write it with: surveyapp responses site-key > their-site.txt", name=name)
    return PublicSite(VerifyKey(raw[:KEY_BYTES]), PublicKey(raw[KEY_BYTES:]))
