"""Prose that is checked: commands, checks, words, translations, docstrings, and nothing of one machine."""

import ast
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from instruments.template_loader import catalogue
from surveyapp.cli import MODULES, parser

ROOT = Path(__file__).resolve().parents[2]
TRANSLATIONS = ROOT / "surveyapp" / "translations" / "zh" / "LC_MESSAGES"
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "_l": None, "lazy_gettext": None, "marked": None}


def tracked_files() -> list[str]:
    done = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT,
                          capture_output=True, text=True, check=True)
    return [name for name in done.stdout.splitlines() if (ROOT / name).is_file()]


def test_every_command_is_documented():
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")

    missing = [name for name in MODULES if f"surveyapp {name}" not in text]

    assert missing == []


def test_every_command_says_what_it_does():
    for command in MODULES:
        assert command in parser(command).format_help()


def test_the_readme_names_the_two_commands():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert "python3 -m surveyapp demo" in readme
    assert "python3 -m surveyapp test" in readme
    assert "{" not in readme


@pytest.mark.parametrize("template", catalogue())
def test_every_template_is_named_in_the_docs(template: str):
    assert template in (ROOT / "docs" / "templates.md").read_text(encoding="utf-8")


def test_nothing_tracked_names_a_path_of_one_machine():
    pattern = re.compile(r"(^|[^a-zA-Z0-9_.])/(work|farm|root)/")
    found = []
    for name in tracked_files():
        if Path(name).suffix in {".py", ".md", ".toml", ".yaml", ".html", ".js", ".css", ".json", ".lock"}:
            text = (ROOT / name).read_text(encoding="utf-8")
            found += [name] if pattern.search(text) and "test_prose" not in name else []

    assert found == []


def test_every_public_function_of_the_analysis_is_described():
    bare = []
    for path in sorted((ROOT / "analysis").rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                text = ast.get_docstring(node) or ""
                if "Returns" not in text and "Raises" not in text:
                    bare.append(f"{path.relative_to(ROOT)}:{node.name}")

    assert bare == []


def _messages_of_the_program() -> set[str]:
    messages = set()
    methods = [("**.py", "python"), ("templates/**.html", "jinja2")]
    for _, _, message, _, _ in extract_from_dir(ROOT / "surveyapp", methods, keywords=KEYWORDS):
        messages.add(message if isinstance(message, str) else message[0])
    return messages | _messages_of_errors()


def _messages_of_errors() -> set[str]:
    """Return the reasons and remedies of application errors: the string arguments where one is raised."""
    errors = {"Refused", "NotFound", "NotAllowed", "BadInput", "Busy", "Stale", "WaveClosed", "AlreadySubmitted"}
    messages = set()
    shown = [path for room in ("services", "views", "db") for path in (ROOT / "surveyapp" / room).rglob("*.py")]
    for path in shown:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in errors:
                messages |= {arg.value for arg in node.args[:2]
                             if isinstance(arg, ast.Constant) and isinstance(arg.value, str) and arg.value}
    return messages


def _chinese() -> Catalog:
    with (TRANSLATIONS / "messages.po").open("rb") as file:
        return read_po(file)


def test_every_message_has_a_chinese_translation():
    known = {}
    for message in _chinese():
        key = message.id if isinstance(message.id, str) else message.id[0]
        text = message.string if isinstance(message.string, str) else message.string[0]
        known[key] = "" if message.fuzzy else text

    missing = sorted(message for message in _messages_of_the_program() if not known.get(message))

    assert missing == []


def test_translations_keep_their_placeholders():
    holes = re.compile(r"%\(\w+\)s|\{\w+\}")
    for message in _chinese():
        pair = (message.id, message.string) if isinstance(message.id, str) else (message.id[0], message.string[0])
        assert set(holes.findall(pair[1])) <= set(holes.findall(pair[0])), pair
        assert set(holes.findall(pair[0])) - {"%(num)s"} <= set(holes.findall(pair[1])), pair


def test_the_compiled_translations_are_those_of_the_source():
    from io import BytesIO

    from babel.messages.mofile import write_mo

    stream = BytesIO()
    write_mo(stream, _chinese())

    assert (TRANSLATIONS / "messages.mo").read_bytes() == stream.getvalue()


def test_each_lint_exception_names_its_reason():
    bare = []
    for name in tracked_files():
        if name.endswith(".py") and not name.startswith("tests/house"):
            for number, line in enumerate((ROOT / name).read_text(encoding="utf-8").splitlines(), start=1):
                if re.search(r"#\s*(noqa|type: ignore)(?!.*\w.*(- |#\s|  # ))", line) and not _has_reason(line):
                    bare.append(f"{name}:{number}")

    assert bare == []


def _has_reason(line: str) -> bool:
    if "noqa" in line:
        return bool(re.search(r"noqa: [A-Z]+\d+(, ?[A-Z]+\d+)* - \S", line))
    return bool(re.search(r"type: ignore\[[\w-]+\]\s+# \S", line))


def test_no_yaml_of_the_catalogue_is_broken():
    for path in (ROOT / "instruments" / "catalogue").rglob("*.yaml"):
        assert yaml.safe_load(path.read_text(encoding="utf-8")), path
