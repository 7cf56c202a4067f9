"""Responses carried from one site to another: staff answer inside, customers on the internet, one analysis.

A package is signed by its sender and encrypted for its recipient. It holds no instant and no order: days only, the
responses shuffled. A response has the same key in every package of its sender, made with the sender's secret, so that
opening a package twice, or a later one, adds nobody twice and still tells nothing about the key at the sender's.
Only closed waves are sealed: a withdrawal could not follow its answers to the other site.
"""

from __future__ import annotations

import hashlib
import json
import random
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any, cast

from nacl.exceptions import BadSignatureError, CryptoError
from nacl.public import SealedBox
from sqlalchemy import Table, and_, func, insert, select
from sqlalchemy.orm import Session

from analysis.privacy import MINIMUM_GROUP
from instruments.schema import BYTES_OF_MB
from surveyapp.db.base import utc_now
from surveyapp.errors import BadInput, Refused, WaveClosed
from surveyapp.models.account import Account
from surveyapp.models.privacy import ANONYMOUS
from surveyapp.models.response import SUBMITTED, Response, ResponseFile, ResponsePage
from surveyapp.models.study import PublishedInstrument, Study
from surveyapp.models.wave import QuestionnaireLink, Wave
from surveyapp.services.audit import record_change
from surveyapp.services.site_key import PublicSite, Site
from surveyapp.services.study import find_link, list_versions
from surveyapp.services.versions import Place, wave_versions

MAGIC = b"surveyapp-sealed-1\n"
SIGNATURE_BYTES = 64
LARGEST_PACKAGE = 1 << 30       # bytes unpacked; 100,000 responses of 60 items are about 100 MB
MOST_OF_FILES = 300_000_000     # bytes of the files that respondents sent; written as text they take a third more
KEY_BYTES = 16                  # of `response.key`
CHUNK = 2_000
# What travels; all else belongs to one site only: numbers of its rows, hashes made with its own secret.
CARRIED = ("language", "source", "source_key", "consent", "shown_order", "seed", "device", "courtesies", "mode",
           "batch")
_RESPONSE = cast("Table", Response.__table__)
_PAGE = cast("Table", ResponsePage.__table__)
_FILE = cast("Table", ResponseFile.__table__)


@dataclass(frozen=True)
class Unsealed:
    """What opening a package did."""

    n_new: int
    n_known: int
    sealed_on: str


# ---- sealing --------------------------------------------------------------------------------------------------------
def seal_responses(session: Session, study: Study, wave: Wave, instrument: PublishedInstrument, site: Site,
                   recipient: PublicSite, account: Account | None = None) -> tuple[bytes, int]:
    """Return a package with every handed-in response of a closed wave, and how many there are."""
    if wave.closed_at is None:
        raise Refused("Wave {wave} is still open.", "Close it first: until then respondents may withdraw, and a "
                      "withdrawal could not follow answers that have left.", wave=wave.key)
    versions: list[dict[str, Any]] = [
        {"hash": published.content_hash, "version": published.version, **_promise(session, place),
         "responses": list(_documents(session, place, site))}
        for place, published in wave_versions(session, wave, instrument.audience).published.items()]
    for version in versions:
        random.SystemRandom().shuffle(version["responses"])
    payload = {"study": study.name, "wave": wave.key, "audience": instrument.audience,
               "sealed_on": utc_now().date().isoformat(), "versions": versions}
    n = sum(len(version["responses"]) for version in versions)
    box = SealedBox(recipient.box_key).encrypt(zlib.compress(json.dumps(payload, ensure_ascii=False).encode()))
    body = MAGIC + bytes(site.public.verify_key) + box
    record_change(session, "seal_responses", f"{instrument.audience} in wave {wave.key}", study_id=study.id,
                  account=account, after={"n": n, "recipient": recipient.fingerprint()})
    return body + site.signing_key.sign(body).signature, n


def _documents(session: Session, place: Place, site: Site) -> Iterator[dict[str, Any]]:
    carried = [_RESPONSE.c[name] for name in CARRIED if name in _RESPONSE.c]
    pages = [column for column in _PAGE.columns if column.name != "response_key"]
    link_id, instrument_id = place
    rows = session.execute(
        select(_RESPONSE.c.key, *carried, *[column.label(f"page_{column.name}") for column in pages])
        .join(_PAGE, _PAGE.c.response_key == _RESPONSE.c.key)
        .where(_RESPONSE.c.link_id == link_id, _RESPONSE.c.instrument_id.is_not_distinct_from(instrument_id),
               _RESPONSE.c.state == SUBMITTED).order_by(_RESPONSE.c.key))
    files = _files(session, place)
    for key, found in groupby(rows, key=lambda row: row.key):
        rows_of_one = list(found)
        document = {
            "key": _carried_key(site, key),
            "fields": {column.name: getattr(rows_of_one[0], column.name) for column in carried},
            "pages": [{column.name: getattr(row, f"page_{column.name}") for column in pages} for row in rows_of_one],
        }
        yield _with_files(site, document, files[key]) if key in files else document


def _with_files(site: Site, document: dict[str, Any], files: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the response with its files, under names that say nothing about those at the sender's."""
    names = {file["name"]: f"{_carried_key(site, file['name'])}.{file['name'].rpartition('.')[2]}" for file in files}
    for page in document["pages"]:
        page["answers"] = {key: names.get(answer, answer) if isinstance(answer, str) else answer
                           for key, answer in page["answers"].items()}
    return {**document, "files": [{**file, "name": names[file["name"]]} for file in files]}


def _files(session: Session, place: Place) -> dict[str, list[dict[str, Any]]]:
    """Return the files that respondents sent, by response; refused where they are too large to be carried."""
    here = and_(_RESPONSE.c.link_id == place[0], _RESPONSE.c.instrument_id.is_not_distinct_from(place[1]),
                _RESPONSE.c.state == SUBMITTED)
    joined = select(func.coalesce(func.sum(_FILE.c.size), 0)).join(_RESPONSE, _RESPONSE.c.key == _FILE.c.response_key)
    size = session.scalar(joined.where(here)) or 0
    if size > MOST_OF_FILES:
        raise Refused("Respondents sent files of {n} MB, too many for a package.",
                      "Fetch them with `surveyapp responses files` and carry them by hand.", n=size // BYTES_OF_MB)
    found: dict[str, list[dict[str, Any]]] = {}
    if size:
        for row in session.execute(select(_FILE).join(
                _RESPONSE, _RESPONSE.c.key == _FILE.c.response_key).where(here).order_by(_FILE.c.name)):
            found.setdefault(row.response_key, []).append({
                "name": row.name, "item": row.item, "size": row.size, "content": b64encode(row.content).decode()})
    return found


def _carried_key(site: Site, key: str) -> str:
    return hashlib.blake2b(key.encode(), key=bytes(site.signing_key), digest_size=KEY_BYTES).hexdigest()


# ---- opening --------------------------------------------------------------------------------------------------------
def unseal_responses(session: Session, study: Study, wave: Wave, instrument: PublishedInstrument, site: Site,
                     sender: PublicSite, content: bytes, account: Account | None = None) -> Unsealed:
    """Store the responses of a package that are not there yet; a package is taken over whole or not at all."""
    if not wave.is_open:
        raise WaveClosed("Wave {wave} is closed: it takes no more answers.",
                         "Open it again on the study's page, or name another wave.", wave=wave.key)
    payload = _open(content, site, sender)
    here = _places(session, study, wave, instrument.audience)
    _check_versions(payload, here, instrument.audience)
    n_new = n_known = 0
    for version in payload["versions"]:
        if version["responses"]:
            _check_promise(session, version, here[version["hash"]])
        known = _known_keys(session, [document["key"] for document in version["responses"]])
        fresh = [document for document in version["responses"] if document["key"] not in known]
        for start in range(0, len(fresh), CHUNK):
            _store(session, here[version["hash"]], fresh[start:start + CHUNK])
        n_new, n_known = n_new + len(fresh), n_known + len(known)
    session.flush()
    record_change(session, "unseal_responses", f"{instrument.audience} in wave {wave.key}", study_id=study.id,
                  account=account, after={"n": n_new, "n_known": n_known, "sender": sender.fingerprint()})
    return Unsealed(n_new, n_known, str(payload["sealed_on"]))


def _promise(session: Session, place: Place) -> dict[str, Any]:
    link = session.get_one(QuestionnaireLink, place[0])
    return {"privacy": link.privacy, "minimum_group": link.minimum_group}


def _check_promise(session: Session, version: Mapping[str, Any], place: Place) -> None:
    """Refuse answers that would come to know of people, or show of groups, more than they were told elsewhere."""
    link = session.get_one(QuestionnaireLink, place[0])
    privacy, minimum = version.get("privacy", ANONYMOUS), int(version.get("minimum_group", MINIMUM_GROUP))
    if link.privacy != privacy or link.minimum_group < minimum:
        raise Refused(
            "The package holds {sent} answers whose respondents were told of groups of {minimum}; here the "
            "questionnaire is {here} and shows groups of {shown}.",
            "Make the study here with the same mode and smallest group.",
            sent=privacy, minimum=minimum, here=link.privacy, shown=link.minimum_group)


def _open(content: bytes, site: Site, sender: PublicSite) -> dict[str, Any]:
    """Return what is inside a package of that sender for this site."""
    body, signature = content[:-SIGNATURE_BYTES], content[-SIGNATURE_BYTES:]
    if not body.startswith(MAGIC):
        raise BadInput("This is not a sealed package.", "Name a file that `surveyapp responses seal` wrote.")
    try:
        sender.verify_key.verify(body, signature)
    except (BadSignatureError, ValueError):
        raise BadInput(
            "The package was not signed by the site with fingerprint {fingerprint}, or it was changed on the way.",
            "Compare the fingerprint with the sender and let them send the file again.",
            fingerprint=sender.fingerprint()) from None
    try:
        packed = SealedBox(site.box_key).decrypt(body[len(MAGIC) + len(bytes(sender.verify_key)):])
    except (CryptoError, ValueError):
        raise BadInput("The package was sealed for another site than this one ({fingerprint}).",
                       "Give the sender the public line of this site: surveyapp responses site-key.",
                       fingerprint=site.public.fingerprint()) from None
    unpacking = zlib.decompressobj()
    document: dict[str, Any] = json.loads(unpacking.decompress(packed, LARGEST_PACKAGE))
    return document


def _places(session: Session, study: Study, wave: Wave, audience: str) -> dict[str, Place]:
    """Return where answers to each published version belong in the wave, by content hash."""
    found: dict[str, Place] = {}
    for published in list_versions(session, study, audience):
        link = find_link(session, wave, audience, published.form)
        if link is not None:
            found[published.content_hash] = (link.id, None if link.instrument_id == published.id else published.id)
    return found


def _check_versions(payload: dict[str, Any], here: Mapping[str, Place], audience: str) -> None:
    if payload["audience"] != audience:
        raise Refused("The package holds answers of {sent}, not of {audience}.", "Name that questionnaire instead.",
                      sent=repr(payload["audience"]), audience=repr(audience))
    strange = [version for version in payload["versions"] if version["hash"] not in here and version["responses"]]
    if strange:
        raise Refused(
            "The package holds answers to version {sent} of {audience}; this wave has none with that content.",
            "Publish the same questionnaire file at both sites, then open the package again.",
            sent=strange[0]["version"], audience=repr(audience))


def _known_keys(session: Session, keys: list[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(keys), CHUNK):
        found.update(session.scalars(select(_RESPONSE.c.key).where(_RESPONSE.c.key.in_(keys[start:start + CHUNK]))))
    return found


def _store(session: Session, place: Place, documents: list[dict[str, Any]]) -> None:
    unknown = {name for document in documents for name in document["fields"]} - set(_RESPONSE.columns.keys())
    if unknown:
        raise Refused("The package was written by a newer version of the program (field {field}).",
                      "Update this site to the version of the other one.", field=repr(sorted(unknown)[0]))
    session.execute(insert(_RESPONSE), [
        {**document["fields"], "key": document["key"], "link_id": place[0], "instrument_id": place[1],
         "state": SUBMITTED, "withdrawal_hash": None}
        for document in documents])
    session.execute(insert(_PAGE), [
        {**page, "response_key": document["key"]} for document in documents for page in document["pages"]])
    files = [{**file, "response_key": document["key"], "content": b64decode(file["content"])}
             for document in documents for file in document.get("files", ())]
    if files:
        session.execute(insert(_FILE), files)
