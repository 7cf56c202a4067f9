"""Everything the checks say of a questionnaire is told in Chinese too; the sources of the checks are read for it."""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask_babel import force_locale, gettext

from instruments.checks import check_instrument
from instruments.errors import Finding
from instruments.schema import Construct, Quota, Screen, Section
from surveyapp.services.draft_finding import located
from surveyapp.services.finding_wording import SENTENCES, in_words, place_in_words
from surveyapp.views.check_rules import finding_place, finding_words
from tests.factories import questionnaire as make

ROOM = Path(__file__).resolve().parents[3] / "instruments"
SOURCES = ("instrument_checks", "flow_checks", "wording_checks", "logic_checks", "reach_checks", "logic/checker",
           "logic/grammar", "logic/patterns", "logic/types")
# Which arguments of a call are a reason and a remedy.
SAYS = {"Finding": (2, 3), "LogicError": (1, 2), "Fault": (0, 1), "_error": (2, 3), "error": (0, 1)}
HANDED_ON = {"error.reason", "error.remedy", "fault.reason", "fault.remedy"}     # said, and read, where they are made


Names = dict[str, list[ast.expr]]       # what is assigned to a name within a function


def samples(node: ast.expr, names: Names) -> list[str]:
    """Return what an argument may say, with `x` in each blank."""
    if isinstance(node, ast.Constant):
        return [node.value]
    if isinstance(node, ast.JoinedStr):
        return filled(node, names)
    if isinstance(node, ast.BinOp):
        return [first + second for first in samples(node.left, names) for second in samples(node.right, names)]
    if ast.unparse(node) in HANDED_ON:
        return []
    return [text for one in alternatives(node, names) for text in samples(one, names)]


def filled(node: ast.JoinedStr, names: Names) -> list[str]:
    blanks = [ast.unparse(part.value) for part in node.values if isinstance(part, ast.FormattedValue)]
    if blanks == ["reason"]:        # a sentence put together from others
        return [f"{text}." for one in names["reason"] for text in samples(one, names)]
    return ["".join(part.value if isinstance(part, ast.Constant) else "x" for part in node.values)]


def alternatives(node: ast.expr, names: Names) -> list[ast.expr]:
    match node:
        case ast.IfExp():
            return [node.body, node.orelse]
        case ast.Call(func=ast.Attribute(value=ast.Dict(values=values), attr="get")):
            return [*values, node.args[1]]
        case ast.Name(id=name) if name in names:
            return names[name]
    raise AssertionError(f"the test does not understand {ast.unparse(node)}")


def said() -> Iterator[tuple[str, str]]:
    for source in SOURCES:
        tree = ast.parse((ROOM / f"{source}.py").read_text(encoding="utf-8"))
        told = [text for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) for text in said_in(node)]
        yield from ((source, text) for text in (*told, *said_in_tables(tree)))


def said_in(function: ast.FunctionDef) -> Iterator[str]:
    if function.name in ("_error", "error"):
        return          # they hand on what they are given
    names: Names = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            names.setdefault(ast.unparse(node.targets[0]), []).append(node.value)
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func).rpartition(".")[2]
            told = [node.args[place] for place in SAYS.get(called, ())]
            yield from (text for argument in told if not is_hint(function, argument)
                        for text in samples(argument, names))


def is_hint(function: ast.FunctionDef, argument: ast.expr) -> bool:
    return function.name == "_explain" and isinstance(argument, ast.Name)      # read from the tables


def said_in_tables(tree: ast.Module) -> Iterator[str]:
    tables = [node.value.elts for node in tree.body if isinstance(node, ast.Assign)
              and ast.unparse(node.targets[0]) in ("_DOUBLED", "_HINTS")]
    for rows in tables:
        yield from (cell.value for row in rows if isinstance(row, ast.Tuple) for cell in row.elts[1:])


def test_every_sentence_of_the_checks_is_in_the_list():
    told = list(said())

    assert len(told) > 150
    assert [(name, text) for name, text in told if in_words(text, str) is None] == []


def test_every_sentence_of_the_list_is_read_back_as_it_is():
    for sentence in SENTENCES:
        filled = re.sub(r"(?<!\$)\{([a-z]+)\}", "7", sentence)

        assert in_words(filled, str) == filled


def test_blanks_stay_what_the_author_wrote(app):
    with app.test_request_context(), force_locale("zh"):
        told = in_words("there is no scale 'agree {key} 5'.", gettext)
        nested = in_words("sign 3: `==` is not an operator.", gettext)
        unknown = in_words("something else.", gettext)

    assert told == "不存在量表“agree {key} 5”。"
    assert nested == "第3个字符：`==`不是运算符。"
    assert unknown is None


@pytest.mark.parametrize(("changes", "number", "told"), [
    ({"languages": ("en", "zh", "zh")}, "INS-025", ("语言缺失或重复。", "请将每种语言列出一次。")),
    ({"items": (make.item("L1", "A", scale="agree9"),)}, "INS-005", ("不存在量表“agree9”。", "请选用：agree5, nps。")),
    ({"constructs": (Construct("P1", "problem", "higher_is_worse", make.both("One", "一"), {}),)}, "INS-009",
     ("没有题项测量该构念。", "请添加题项，或删去该构念。")),
    ({"screens": (Screen("out", "${ROLE} == 'na'", make.both("Out", "结束")),)}, "INS-101",
     ("第9个字符：`==`不是运算符。", "请写为`=`。")),
    ({"quotas": (Quota("q", "${ROLE} = 'rm'", 0, make.both("Full", "已满")),)}, "INS-027",
     ("上限为0。", "请写明所需答卷数，至少为1。"))])
def test_a_finding_is_told_in_chinese_and_the_command_line_stays_english(app, changes, number, told):
    instrument = make.instrument(**changes)
    finding = next(found for found in check_instrument(instrument) if found.number == number)

    with app.test_request_context(), force_locale("zh"):
        words = finding_words(finding)

    assert words == told
    assert not re.search("[\u4e00-\u9fff]", str(finding))


def test_where_a_finding_stands_is_told_in_chinese(app):
    item = replace(make.ITEMS[0], choices=(replace(make.ITEMS[0].choices[0], show_if="${NOBODY} = 1"),))
    instrument = make.instrument(items=(item,), sections=(Section("A", "profile", {}),))
    finding = next(found for found in check_instrument(instrument) if found.number == "INS-102")

    with app.test_request_context(), force_locale("zh"):
        place = finding_place(located(finding, instrument))

    assert place == "选项rm · 显示条件"
    assert place_in_words(finding.place, str) == ("small", "item ROLE", "choice rm", "show_if")


def test_a_sentence_that_is_not_known_is_shown_as_it_is(app):
    with app.test_request_context():
        assert finding_words(Finding("INS-999", "x", "it is odd.", "Mend it.")) == ("it is odd.", "Mend it.")
