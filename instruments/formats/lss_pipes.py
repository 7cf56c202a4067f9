"""Texts of LimeSurvey that show answers, `{name}` or `{if(...)}` → our `${key}`, by way of calculated items."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from instruments.formats.draft import LOST, Draft
from instruments.formats.foreign_logic import NotCarriedError, Tree, parse_foreign
from instruments.formats.foreign_tree import call, string
from instruments.formats.lss_logic import DIALECT, LssTranslator, Names
from instruments.formats.markup import plain_text
from instruments.schema import Item

_SIMPLE = re.compile(r"[\w#]+(?:\.(?:NAOK|shown|value|valueNAOK))*")
_LONGEST = 4_000


@dataclass
class Pipes:
    """Makes texts show answers; `code` and `section` say where new calculated items go."""

    draft: Draft
    names: Names
    code: str = ""
    section: str = ""
    waiting: list[Item] = field(default_factory=list)
    _made: dict[tuple[str, str], str] = field(default_factory=dict)

    def at(self, code: str, section: str) -> None:
        """Say which question the next texts belong to."""
        self.code, self.section = code, section

    def pipe(self, place: str, text: str, _language: str) -> str:
        """Return an HTML text with its expressions in braces turned into `${key}`."""
        if "{" not in text:
            return text
        return "".join(self._shown(part, place) if is_expression else part for part, is_expression in _parts(text))

    def _shown(self, raw: str, place: str) -> str:
        expression = " ".join(html.unescape(re.sub(r"<[^<>]*>", " ", raw)).split()).removeprefix("INSERTANS:")
        try:
            return f"${{{self._key(expression)}}}"
        except NotCarriedError as error:
            self.draft.log.add(place, f"its text shows [{expression[:200]}] ({error})", f"'{LOST}' stands there")
            return LOST

    def _key(self, expression: str) -> str:
        tree = parse_foreign(expression, DIALECT)
        found = self._shown_answer(tree)
        if found is not None:
            return found
        if not self.section:
            raise NotCarriedError("outside of questions nothing is computed")
        translator = LssTranslator(self.names.finder(self.code))
        calculation = translator.written(translator.value(tree))
        made = self._made.get((self.section, calculation))
        if made is None:
            made = self.draft.key(f"{self.code}_shown{len(self._made) + 1}", f"question {self.code}")
            self._made[self.section, calculation] = made
            self.waiting.append(Item(made, self.section, "calculate", {}, calculation=calculation))
            self.draft.log.add(
                f"question {self.code}", f"its text shows [{expression[:200]}]", f"computed by the hidden item {made}")
        return made

    def _shown_answer(self, tree: Tree) -> str | None:
        """Return the key of the item whose answer is shown as it is."""
        if tree[0] == "name" and _SIMPLE.fullmatch(tree[1]):
            operand = self.names.finder(self.code)(tree[1].removesuffix(".shown"))
            return operand.key if operand.kind == "item" else None
        if tree[0] == "call" and tree[1] == "if" and len(tree[2]) == 3:  # noqa: PLR2004  # condition, then, else
            then, otherwise = tree[2][1], tree[2][2]
            # {if(X_other is there, X_other, X.shown)}: the answer of X in words
            if then[0] == otherwise[0] == "name" and otherwise[1] == f"{then[1].removesuffix('_other')}.shown":
                return self._shown_answer(otherwise)
        return None

    def calculation(self, place: str, text: str) -> str | None:
        """Return the value of an equation, which may mix words and expressions in braces."""
        translator = LssTranslator(self.names.finder(self.code))
        words = [part for part in _parts(plain_text(text)[0].strip()) if part[0]]
        try:
            parts = [translator.value(parse_foreign(part, DIALECT)) if is_expression else string(part)
                     for part, is_expression in words]
            return translator.written(parts[0] if len(parts) == 1 else call("concat", *parts)) if parts else None
        except NotCarriedError as error:
            self.draft.log.add(place, f"its equation [{text[:200]}] is not read ({error})", "it stays empty")
            return None

    def flush(self) -> Iterator[Item]:
        """Hand over the calculated items that texts made since the last time."""
        waiting, self.waiting = self.waiting, []
        yield from waiting


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the parts of a text: (words, False) and (inside of braces, True); a brace before a space is a brace."""
    position = 0
    while (start := text.find("{", position)) >= 0:
        end = _closing(text, start)
        inside = text[start + 1:end] if end > 0 else ""
        if end < 0 or not inside.strip() or inside[0].isspace() or inside[-1].isspace():
            yield text[position:start + 1], False
            position = start + 1
            continue
        yield text[position:start], False
        yield inside, True
        position = end + 1
    yield text[position:], False


def _closing(text: str, start: int) -> int:
    """Return where the brace opened at `start` closes, quotes respected, or -1."""
    depth, quote = 0, ""
    for position in range(start, min(len(text), start + _LONGEST)):
        sign = text[position]
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'" and depth:
            quote = sign
        elif sign == "{":
            depth += 1
        elif sign == "}":
            depth -= 1
            if depth == 0:
                return position
    return -1
