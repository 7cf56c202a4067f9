"""When LimeSurvey shows a question, a row or an answer → `show_if`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from instruments.formats.draft import Draft
from instruments.formats.foreign_logic import NotCarriedError
from instruments.formats.foreign_tree import EMPTY, Operand, joined, negated, selected
from instruments.formats.lss_logic import LssTranslator, Names
from instruments.formats.lss_names import Plan
from instruments.formats.lss_questions import Question, SubQuestion
from instruments.formats.lss_tables import Row, Tables
from instruments.formats.xlsform_expressions import both
from instruments.logic.grammar import Tree as OurTree
from instruments.logic.unparse import write_expression
from instruments.schema import Choice, Item

_ALWAYS = frozenset({"", "1", "true", "(1)"})
_NEVER = frozenset({"0", "false"})
_EVERYBODY = "shown to everybody"
_FIELD = re.compile(r"[\w#+.]+")
_METHODS = frozenset({"==", "!=", "<", "<=", ">", ">=", "RX"})


@dataclass
class Conditions:
    """Turns relevance equations and array filters into conditions."""

    draft: Draft
    names: Names

    def expression(self, text: str, place: str, code: str = "") -> str | None:
        """Return a relevance equation as ours; None where everything is shown."""
        plain = " ".join(text.split())
        if plain.lower() in _ALWAYS:
            return None
        if plain.lower() in _NEVER:
            return "false()"
        try:
            return LssTranslator(self.names.finder(code)).expression(plain)
        except NotCarriedError as error:
            self.draft.log.add(place, f"its condition [{plain[:300]}] is not read ({error})", _EVERYBODY)
            return None

    def apply(self, plan: Plan, items: list[Item]) -> list[Item]:
        """Return the items of a question with the conditions of the question and of its rows."""
        question = plan.question
        whole = self.expression(question.relevance, question.place, question.code)
        cells = {cell.key: cell for cell in plan.cells}
        found = []
        for item in items:
            cell = cells.get(item.key)
            row = self._row(question, cell.row) if cell is not None and cell.row is not None else None
            item = replace(item, show_if=both(whole, row))
            if question.type in "MP" and cell is not None:
                item = self._options(plan, item)
            if cell is not None and cell.row is not None and item.kind == "multiple":
                self._note_columns(question)
            found.append(item)
        return found

    def _note_columns(self, question: Question) -> None:
        if any(" ".join(column.relevance.split()) not in _ALWAYS for column in question.columns):
            self.draft.log.add(question.place, "its columns have conditions", _EVERYBODY)

    def _row(self, question: Question, row: SubQuestion) -> str | None:
        own = self.expression(row.relevance, f"{question.place}, {row.code}", question.code)
        return both(own, self._filter(question, row.code))

    def _options(self, plan: Plan, item: Item) -> Item:
        rows = {plan.codes[0][row.code]: row for row in plan.question.rows}

        def changed(choice: Choice) -> Choice:
            row = rows.get(choice.value)
            condition = self._row(plan.question, row) if row else self._filter(plan.question, "other")
            return replace(choice, show_if=condition)

        return replace(item, choices=tuple(changed(choice) for choice in item.choices))

    def _filter(self, question: Question, code: str) -> str | None:
        """Return the condition of an array filter: the row of that code was chosen, or was not, in another question."""
        parts: list[OurTree] = []
        for name, is_excluding in (("array_filter", False), ("array_filter_exclude", True)):
            sources = [source for source in re.split(r"[;,\s]+", question.attribute(name)) if source]
            if len(sources) > 1:
                self.draft.log.add(question.place, f"'{name}' names several questions", "all of them must agree")
            for source in sources:
                tree = self._chosen(source, code)
                if tree is None:
                    self.draft.log.add(question.place, f"'{name}' names '{source}', which has no row '{code}'",
                                       f"row {code} is {_EVERYBODY}")
                else:
                    parts.append(negated(tree) if is_excluding else tree)
        return write_expression(joined("and", parts)) if parts else None

    def _chosen(self, source: str, code: str) -> OurTree | None:
        operands = [operand for rest, operand in self.names.several.get(source, ()) if rest.split("_")[0] == code]
        if not operands:
            return None
        return joined("or", [_is_given(operand) for operand in operands])


def _is_given(operand: Operand) -> OurTree:
    return selected(operand) if operand.kind == "member" else ["binary", "!=", ["item", operand.key], EMPTY]


def relevance_of_conditions(tables: Tables) -> Mapping[str, str]:
    """Return equations by question id from the table of conditions, which files before 2012 have instead of them.

    Conditions of one scenario hold together; one scenario that holds is enough.
    """
    found: dict[str, dict[str, dict[str, list[str]]]] = {}
    for row in tables.of("conditions"):
        equation = _equation(row)
        if equation:
            scenarios = found.setdefault(row.get("qid", ""), {})
            scenarios.setdefault(row.get("scenario", "1"), {}).setdefault(row.get("cqid", ""), []).append(equation)
    return {
        qid: " or ".join(
            "(" + " and ".join("(" + " or ".join(same) + ")" for same in by_question.values()) + ")"
            for by_question in scenarios.values())
        for qid, scenarios in found.items()}


def _equation(row: Row) -> str:
    name, method, value = row.get("cfieldname", ""), row.get("method", "==").strip(), row.get("value", "")
    if not _FIELD.fullmatch(name) or method not in _METHODS:
        return ""
    name = name.lstrip("+")
    if method == "RX":
        return f'regexMatch("{value}", {name})'
    if value.strip() == "":
        return f"is_empty({name})" if method == "==" else f"!is_empty({name})"
    return f'{name} {method} "{value}"'


