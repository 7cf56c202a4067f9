"""Run as a process of its own: a pdf, odt, rtf or sheet for notes on standard input → one JSON document on the output.

The document has `text` and `left_out` (counts), or `refused` with one word: password, scan, damaged, too_large. A file
that strangers made meets this process's limits, and its parsers stay out of the web worker.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable

MEMORY = 2 * 1024 ** 3          # bytes of address space
CPU_S = 60                      # seconds
MOST_PAGES = 2_000
FEWEST_SIGNS_A_PAGE = 20        # a page with fewer is taken for a picture; page numbers alone stay below
SCANNED_SHARE = 0.5             # of pages without words, from which the file is taken for a scan
Read = tuple[str, dict[str, int]]


class Unreadable(Exception):
    """The file cannot be read, for the reason given."""


def main(kind: str) -> int:
    """Print the text of the file or why there is none; return the exit code."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        text, left_out = READERS[kind](sys.stdin.buffer.read())
        answer: dict[str, object] = {"text": text, "left_out": left_out}
    except Unreadable as error:
        answer = {"refused": str(error)}
    except MemoryError:
        answer = {"refused": "too_large"}
    except Exception as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        answer = {"refused": "damaged"}
    sys.stdout.write(json.dumps(answer))
    return 0


def _odt(content: bytes) -> Read:
    from surveyapp.services.open_document import read_open_document

    return _opened(read_open_document, content)


def _opened(read: Callable[[bytes], Read], content: bytes) -> Read:
    from surveyapp.services.open_document import Encrypted, TooLarge

    try:
        return read(content)
    except Encrypted:
        raise Unreadable("password") from None
    except TooLarge:
        raise Unreadable("too_large") from None


def _rtf(content: bytes) -> Read:
    from striprtf.striprtf import rtf_to_text

    return str(rtf_to_text(content.decode("latin-1"), errors="replace")), {}  # type: ignore[no-untyped-call]  # publishes no types


def _pdf(content: bytes) -> Read:
    import pypdfium2  # type: ignore[import-untyped]  # publishes no types

    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        raise Unreadable("password" if "password" in str(error).lower() else "damaged") from None
    if len(document) > MOST_PAGES:
        raise Unreadable("too_large")
    pages = [page.get_textpage().get_text_bounded() for page in document]
    n_empty = sum(len(page.strip()) < FEWEST_SIGNS_A_PAGE for page in pages)
    if pages and n_empty == len(pages):
        has_picture = any(any(True for _ in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]))
                          for page in document)
        if has_picture or not "".join(pages).strip():
            raise Unreadable("scan")
    if n_empty > SCANNED_SHARE * len(pages) and len(pages) > 1:
        raise Unreadable("scan")
    from surveyapp.services.pdf_lines import joined_pages

    return joined_pages(pages), {"empty_pages": n_empty}


def _sheet(content: bytes) -> Read:
    from surveyapp.services.sheet_controls import read_rows
    from surveyapp.services.sheet_open_document import is_open_document, read_open_rows
    from surveyapp.services.word_document import is_locked

    if is_locked(content):
        raise Unreadable("password")
    return _opened(read_open_rows, content) if is_open_document(content) else read_rows(content)


READERS: dict[str, Callable[[bytes], Read]] = {"pdf": _pdf, "odt": _odt, "rtf": _rtf, "sheet": _sheet}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
