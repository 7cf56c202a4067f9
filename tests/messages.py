"""Which messages the program shows, and the Chinese catalogue brought up to date: `python -m tests.messages`.

Besides gettext calls the reasons and remedies of application errors are messages: services may not import a translator,
so `surveyapp.app` translates them when it shows them.
"""

import ast
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "surveyapp" / "translations" / "zh" / "LC_MESSAGES"
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "_l": None, "lazy_gettext": None, "marked": None}
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
ERRORS = {"Refused", "NotFound", "NotAllowed", "BadInput", "Busy", "Stale", "Overtaken", "WaveClosed",
          "AlreadySubmitted", "StaleFacts", "StaleAction"}
WRITTEN = datetime(2026, 1, 1, tzinfo=UTC)      # a fixed instant: the same source compiles to the same bytes
Message = str | tuple[str, str]


def messages_of_the_program() -> set[Message]:
    """Return every message id; one with a plural as a pair."""
    found: set[Message] = set()
    # Babel leaves out folders whose name begins with an underscore unless told otherwise.
    places = extract_from_dir(ROOT / "surveyapp", METHODS, keywords=KEYWORDS, directory_filter=lambda _folder: True)
    for _, _, message, _, _ in places:
        found.add(message if isinstance(message, str) else (message[0], message[1]))
    return found | _messages_of_errors()


def _messages_of_errors() -> set[Message]:
    rooms = ("services", "forms", "views", "db", "jobs", "models", "rehearsal", "sample")
    shown = [path for room in rooms for path in (ROOT / "surveyapp" / room).rglob("*.py")]
    found: set[Message] = set()
    for path in shown:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ERRORS:
                found |= {argument.value for argument in node.args[:2]
                          if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and argument.value}
    return found


def chinese() -> Catalog:
    """Return the catalogue as it is in the project."""
    with (FOLDER / "messages.po").open("rb") as file:
        return read_po(file, locale="zh")


def compiled(catalogue: Catalog) -> bytes:
    """Return the catalogue as gettext reads it."""
    catalogue.creation_date = catalogue.revision_date = WRITTEN
    stream = BytesIO()
    write_mo(stream, catalogue)
    return stream.getvalue()


def update() -> list[str]:
    """Write the catalogue anew with every message of the program; return those without a translation."""
    known = {message.id: message.string for message in chinese() if message.id} if FOLDER.exists() else {}
    catalogue = Catalog(locale="zh", project="surveyapp", fuzzy=False)
    missing = []
    for message in sorted(messages_of_the_program(), key=str):
        text = known.get(message, "")
        catalogue.add(message, text)
        if not (text if isinstance(text, str) else text[0]):
            missing.append(message if isinstance(message, str) else message[0])
    _write(catalogue)
    return missing


def _write(catalogue: Catalog) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    stream = BytesIO()
    write_po(stream, catalogue, omit_header=False, sort_output=True, width=120)
    lines = [line for line in stream.getvalue().splitlines(keepends=True) if b"-Date:" not in line]
    (FOLDER / "messages.po").write_bytes(b"".join(lines))
    (FOLDER / "messages.mo").write_bytes(compiled(chinese()))


if __name__ == "__main__":
    for line in update():
        print(line)  # noqa: T201 - a developer's command
