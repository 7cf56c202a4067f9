"""PDF made in a process of its own: bounded memory and time, no network, no file but our own.

The parent hands over HTML and gets the PDF or a reason in words. `python -m reports.apart` is the child: a JSON
document on standard input, the PDF on standard output. WeasyPrint reads whatever a study's texts make of the HTML, so
the child gets no secret in its environment, and once all is loaded it may open nothing but the program's own files.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from reports.pdf import PdfError, load_engine, prepare, press

ROOT = Path(__file__).resolve().parent.parent
REFUSED, TOO_LARGE = 3, 4
# What a child needs of its parent's environment to find its libraries and a place for the list of fonts.
INHERITED = ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "XDG_CACHE_HOME", "SYSTEMROOT")
FORBIDDEN = ("socket.", "urllib.", "http.client.", "ftplib.", "smtplib.", "subprocess.", "os.system", "os.exec",
             "os.posix_spawn", "os.spawn", "os.fork", "os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link",
             "os.symlink", "os.truncate", "os.chmod", "os.chown", "os.kill", "shutil.")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_TRUNC


@dataclass(frozen=True)
class Limits:
    """What one document may use; 50 dense pages take 270 MB and 5 s of processor time, 300 pages five times as much."""

    memory_bytes: int = 2_000_000_000       # of address space, of which a fifth is libraries
    processor_s: int = 240
    patience_s: float = 300.0


STANDARD = Limits()


def pdf_apart(html: str, *, title: str, language: str, identifier: str, frozen_on: str,
              limits: Limits = STANDARD) -> bytes:
    """Return the document as PDF/UA-1, made by a child process; PdfError with the reason when it cannot be."""
    task = {"html": prepare(html, language), "title": title, "language": language, "identifier": identifier,
            "frozen_on": frozen_on, "limits": asdict(limits)}
    command = [sys.executable, "-P", "-m", "reports.apart"]
    environment = {name: os.environ[name] for name in INHERITED if name in os.environ}
    try:
        done = subprocess.run(  # noqa: S603  # our own module; the document comes on standard input
            command, input=json.dumps(task).encode(), capture_output=True, check=False, timeout=limits.patience_s,
            env={**environment, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"})
    except subprocess.TimeoutExpired as error:
        raise _too_large(title, language, f"took longer than {limits.patience_s:g} s") from error
    if done.returncode:
        raise _reason(title, language, limits, done.returncode, done.stderr.decode(errors="replace"))
    return done.stdout


def _reason(title: str, language: str, limits: Limits, code: int, words: str) -> PdfError:
    """Return why the child gave up, in words for who asked."""
    if code == REFUSED:
        return PdfError(words.strip())
    if code == -signal.SIGXCPU:
        return _too_large(title, language, f"took longer than {limits.processor_s} s of processor time")
    if code == TOO_LARGE or code < 0:       # a library that gets no memory ends the process by a signal of its own
        return _too_large(title, language, f"needed more than {limits.memory_bytes / 1e6:,.0f} MB of memory")
    last = words.strip().splitlines()[-1:] or ["no reason given"]
    return PdfError(f"{title} ({language}): the PDF could not be made: {last[0]}")


def _too_large(title: str, language: str, what: str) -> PdfError:
    return PdfError(f"{title} ({language}): making the PDF {what}. Shorten the study's texts or leave long tables to "
                    "the spreadsheet export, then ask for the report again.")


def main() -> int:
    """Read a document from standard input and write its PDF; what cannot be made is said on standard error."""
    task = json.load(sys.stdin.buffer)
    limits = Limits(**task.pop("limits"))
    try:
        load_engine()
        confine(limits)
        sys.stdout.buffer.write(press(task.pop("html"), **task))
    except PdfError as error:
        sys.stderr.write(str(error))
        return REFUSED
    except MemoryError:
        return TOO_LARGE
    return 0


def confine(limits: Limits = STANDARD) -> None:
    """Bound this process for the rest of its life: its memory, its time, and what it may open."""
    _limit(limits)
    sys.dont_write_bytecode = True
    allowed = tuple(f"{Path(place).resolve()}{os.sep}" for place in _program_folders())

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            _check_opening(arguments, allowed)
        elif event.startswith(FORBIDDEN):
            raise PdfError(f"A report may do nothing but draw: {event} was asked for.")

    sys.addaudithook(watch)


def _program_folders() -> set[str]:
    """Return where the program lies; not the root of a checkout, in which a database may lie too."""
    rooms = {str(ROOT / room) for room in ("reports", "analysis", "instruments")}
    return rooms | {sys.prefix, sys.base_prefix} | {place for place in sys.path if place and Path(place) != ROOT}


def _check_opening(arguments: tuple[Any, ...], allowed: tuple[str, ...]) -> None:
    """Refuse to write any file, and to read one that is no part of the program."""
    path, _, flags = arguments
    if not isinstance(path, (str, bytes)):
        return                              # a descriptor that is open already
    place = str(Path(os.fsdecode(path)).resolve())
    if (flags or 0) & WRITING or not place.startswith(allowed):
        raise PdfError(f"A report loads nothing from outside: {place}")


def _limit(limits: Limits) -> None:
    try:
        import resource
    except ImportError:                     # not a POSIX system: the parent's patience remains
        return
    bounds = {resource.RLIMIT_AS: limits.memory_bytes, resource.RLIMIT_CPU: limits.processor_s,
              resource.RLIMIT_FSIZE: 0, resource.RLIMIT_CORE: 0}
    for what, most in bounds.items():
        hard = resource.getrlimit(what)[1]
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


if __name__ == "__main__":
    sys.exit(main())
