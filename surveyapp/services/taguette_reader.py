"""A Taguette project (.sqlite3) → a foreign project. Runs in the child process only; the file stays in memory.

Taguette counts UTF-8 bytes of the text of its HTML, tags not counted; here they become code points of the text as it
is kept, in which each block begins a line.
"""

from __future__ import annotations

import json
import sqlite3
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Mapping
from html.parser import HTMLParser

from surveyapp.services.decoding import LONGEST_TEXT, normalise
from surveyapp.services.foreign_project import (
    TAGUETTE,
    ForeignCode,
    ForeignCoding,
    ForeignProject,
    ForeignSelection,
    ForeignText,
)
from surveyapp.services.refi_reader import Unreadable

MAGIC = b"SQLite format 3\x00"
TABLES = ("projects", "documents", "tags", "highlights", "highlight_tags")
BLOCKS = frozenset(("address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "figure", "h1", "h2", "h3", "h4",
                    "h5", "h6", "hr", "li", "ol", "p", "pre", "section", "table", "tr", "ul"))
MOST_STEPS = 20_000         # of a thousand instructions each; a project of 10,000 highlights needs about 2,000
LONGEST_VALUE = 100_000_000


class Words(HTMLParser):
    """The text of HTML, and where each piece of it begins in bytes and in code points."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self._bytes = "", 0
        self._pieces: list[str] = []
        self._starts: list[tuple[int, int, str]] = []
        self._length = 0
        self._ends_line = True
        self.feed(html.replace("\r\n", "\n").replace("\r", "\n"))
        self.close()
        self.text = "".join(self._pieces)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        self._break(tag)

    def _break(self, tag: str) -> None:
        if tag in BLOCKS and not self._ends_line:
            self._add("\n", is_own=True)

    def handle_data(self, data: str) -> None:
        self._add(data, is_own=False)

    def _add(self, words: str, *, is_own: bool) -> None:
        kept = normalise(words)
        if not is_own:
            # Taguette's own line end after a block stands for the one that was put there.
            if self._pieces and self._ends_line and kept.startswith("\n") and self._pieces[-1] == "\n":
                self._pieces.pop()
                self._length -= 1
            self._starts.append((self._bytes, self._length, words))
            self._bytes += len(words.encode("utf-8", "replace"))
        if kept:
            self._pieces.append(kept)
            self._length += len(kept)
            self._ends_line = kept.endswith("\n")

    def point(self, offset: int) -> int:
        """Return the code point at a byte; one within a sign leads to the sign's beginning."""
        place = bisect_right(self._starts, (offset, 1 << 60, "")) - 1
        if place < 0:
            return 0
        first, start, words = self._starts[place]
        before = words.encode("utf-8", "replace")[:offset - first].decode("utf-8", "ignore")
        return min(start + len(normalise(before)), self._length)


def read_taguette(content: bytes) -> ForeignProject:
    """Return the first project of the file that has documents."""
    if not content.startswith(MAGIC):
        raise Unreadable("no_database")
    connection = sqlite3.connect(":memory:")
    try:
        return _read(_opened(connection, content))
    except (sqlite3.Error, UnicodeError, ValueError, TypeError, OverflowError):
        raise Unreadable("no_taguette") from None
    finally:
        connection.close()


def _opened(connection: sqlite3.Connection, content: bytes) -> sqlite3.Connection:
    """Load the database into memory and allow it to be read only: no view, trigger or function of the file runs."""
    image = bytearray(content)
    image[18:20] = b"\x01\x01"          # a journal beside the file cannot be there
    connection.deserialize(bytes(image))
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA query_only = ON")
    kinds = dict(connection.execute("SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view')"))
    if any(kinds.get(name) != "table" for name in TABLES):
        raise Unreadable("no_taguette")
    allowed = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ}
    connection.set_authorizer(lambda action, *_: sqlite3.SQLITE_OK if action in allowed else sqlite3.SQLITE_DENY)
    steps = iter(range(MOST_STEPS))
    connection.set_progress_handler(lambda: next(steps, None) is None, 1000)
    return connection


def _read(connection: sqlite3.Connection) -> ForeignProject:
    projects = connection.execute("SELECT id, name, description FROM projects ORDER BY id").fetchall()
    with_texts = [number for number, in connection.execute("SELECT project_id FROM documents ORDER BY project_id")]
    chosen = next((row for row in projects if row[0] in with_texts), projects[0] if projects else None)
    if chosen is None:
        raise Unreadable("no_taguette")
    losses: Counter[str] = Counter(other_projects=len(projects) - 1, descriptions=int(bool((chosen[2] or "").strip())))
    coders = _coders(connection, chosen[0])
    texts = tuple(_texts(connection, chosen[0], coders, losses))
    return ForeignProject(TAGUETTE, str(chosen[1]), "Taguette", _codes(connection, chosen[0]),
                          {login: login for login in sorted(set(coders.values()))}, texts=texts, losses=+losses)


def _codes(connection: sqlite3.Connection, project: int) -> tuple[ForeignCode, ...]:
    """Return the tags, each after the one whose name it begins with up to a point."""
    rows = connection.execute("SELECT id, path, description FROM tags WHERE project_id = ? ORDER BY path", (project,))
    tags = {str(path): (f"tag {number}", str(description or "")) for number, path, description in rows}
    return tuple(ForeignCode(guid, path, tags.get(path.rpartition(".")[0], ("", ""))[0], description)
                 for path, (guid, description) in tags.items())


def _coders(connection: sqlite3.Connection, project: int) -> Mapping[int, str]:
    """Return who made each highlight, where the log of the project still says so."""
    found: dict[int, str] = {}
    try:
        rows = connection.execute("SELECT user_login, payload FROM commands WHERE project_id = ? ORDER BY id",
                                  (project,)).fetchall()
    except sqlite3.DatabaseError:
        return found
    for login, payload in rows:
        document = json.loads(payload)
        if isinstance(document, dict) and document.get("type") == "highlight_add":
            found[int(document.get("highlight_id", 0))] = str(login)
    return found


def _texts(connection: sqlite3.Connection, project: int, coders: Mapping[int, str],
           losses: Counter[str]) -> list[ForeignText]:
    tags: dict[int, list[int]] = defaultdict(list)
    for highlight, tag in connection.execute("SELECT highlight_id, tag_id FROM highlight_tags ORDER BY tag_id"):
        tags[highlight].append(tag)
    texts = []
    documents = connection.execute(
        "SELECT id, name, description, contents FROM documents WHERE project_id = ? ORDER BY id", (project,))
    for number, name, description, contents in documents.fetchall():
        words = Words(str(contents))
        if len(words.text) > LONGEST_TEXT:
            losses["unreadable_texts"] += 1
            continue
        rows = connection.execute("SELECT id, start_offset, end_offset, snippet FROM highlights WHERE document_id = ? "
                                  "ORDER BY start_offset, id", (number,))
        selections = tuple(
            ForeignSelection(f"highlight {key}", words.point(start), words.point(end), Words(str(snippet)).text.strip(),
                             codings=tuple(ForeignCoding("", f"tag {tag}", coders.get(key, "")) for tag in tags[key]))
            for key, start, end, snippet in rows)
        texts.append(ForeignText(f"document {number}", str(name), words.text, note=str(description or "").strip(),
                                 selections=selections))
    return texts
