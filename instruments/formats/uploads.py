"""Questions that ask for a file, as other tools write them → an upload."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace

from instruments.formats.loss import LossLog
from instruments.schema import AUDIO, BYTES_OF_MB, IMAGE, MOST_MB, PDF, TEXT, UPLOAD_KINDS, Item

# Endings and media types → the kind of file they are here.
_KINDS: Mapping[str, str] = {
    **dict.fromkeys(("jpg", "jpeg", "png", "webp", "image/*", "image/jpeg", "image/png", "image/webp"), IMAGE),
    **dict.fromkeys(("pdf", "application/pdf"), PDF), **dict.fromkeys(("txt", "text/plain", "text/*"), TEXT),
    **dict.fromkeys(("mp3", "wav", "ogg", "oga", "m4a", "amr", "weba", "audio/*", "audio/mpeg", "audio/wav"), AUDIO),
    **dict.fromkeys(("audio/ogg", "audio/mp4", "audio/amr", "audio/webm"), AUDIO),
}


def upload(item: Item, log: LossLog, place: str, wanted: Iterable[str] = (), n_bytes: float | None = None,
           n_files: float | None = 1) -> Item:
    """Return the item as an upload of the wanted endings or media types, with a notice for what it cannot take."""
    words = [word.strip().lower().lstrip(".") for word in wanted if word.strip()]
    kinds = {_KINDS[word] for word in words if word in _KINDS}
    other = sorted({word for word in words if word not in _KINDS})
    accepts = tuple(kind for kind in UPLOAD_KINDS if kind in kinds)
    if other:
        log.add(place, f"it takes files of the kind {', '.join(other)[:200]}",
                f"only {', '.join(accepts or ('images', 'PDF'))} can be sent")
    if n_files is None or n_files > 1:
        log.add(place, "it takes several files", "one file can be sent")
    megabytes = None if n_bytes is None or n_bytes <= 0 else math.ceil(n_bytes / BYTES_OF_MB)
    if megabytes is not None and megabytes > MOST_MB:
        log.add(place, f"it takes files of {megabytes} MB", f"files of up to {MOST_MB} MB can be sent")
        megabytes = MOST_MB
    return replace(item, kind="upload", accepts=accepts, largest_mb=megabytes, appearance=None, default=None,
                   constraint=None, constraint_message=None)
