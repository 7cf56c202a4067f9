"""Prose that is checked: commands, checks, words, translations, docstrings, and nothing of one machine."""

import ast
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from instruments.template_loader import catalogue
from surveyapp.cli import MODULES, parser
from tests.messages import FOLDER, chinese, compiled, messages_of_the_program

ROOT = Path(__file__).resolve().parents[2]


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


def test_every_link_between_pages_leads_somewhere():
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    broken = [f"{page.name}: {target}" for page in pages
              for target in re.findall(r"\]\((?!http)([^)#]+)", page.read_text(encoding="utf-8"))
              if not (page.parent / target).exists()]

    assert broken == []


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
                if not {"Returns", "Yields", "Raises"} & set(text.split()):
                    bare.append(f"{path.relative_to(ROOT)}:{node.name}")

    assert bare == []


def test_every_message_has_a_chinese_translation():
    known = {message.id: message.string for message in chinese() if not message.fuzzy}

    missing = [message for message in messages_of_the_program() if not _text(known.get(message, ""))]

    assert sorted(map(str, missing)) == []


def _text(string: str | tuple[str, ...]) -> str:
    return string if isinstance(string, str) else string[0]


# One word a thing in Chinese, as GLOSSARY.md says: what must not stand beside it any more.
FORMER_WORDS = ("话轮", "应答率", "角色类别")


def test_pages_and_reports_use_one_chinese_word_a_thing():
    texts = [text for message in chinese() if message.id for text in _forms(message.string)]
    texts += [path.read_text(encoding="utf-8") for path in sorted((ROOT / "reports" / "phrases" / "zh").glob("*.toml"))]

    assert [(word, text[:60]) for text in texts for word in FORMER_WORDS if word in text] == []


def test_translations_keep_their_placeholders():
    holes = re.compile(r"%\(\w+\)s|\{\w+\}")
    for message in chinese():
        original = message.id if isinstance(message.id, str) else " ".join(message.id)
        assert set(holes.findall(original)) == set(holes.findall(_text(message.string))), original


def test_no_sign_of_per_cent_stands_alone_in_a_message():
    texts = [text for message in chinese() if message.id
             for text in (*_forms(message.id), *_forms(message.string))]

    # Jinja fills every message in, so that a lone % ends the page.
    assert [text for text in texts if "%" in re.sub(r"%\(\w+\)[sd]|%%", "", text)] == []


def _forms(words: str | tuple[str, ...]) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else words


def test_the_compiled_translations_are_those_of_the_source():
    assert (FOLDER / "messages.mo").read_bytes() == compiled(chinese())


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
