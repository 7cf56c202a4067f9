"""The language in which passages are looked for: read into a tree, with the place of whatever does not fit.

    CAU.TECH in the same turn as PRB.INFO:contradicts where role = teller and kind = interview

Every word of the language has a Chinese form, and signs may be full-width, since that is what a Chinese keyboard gives.
Words are parted by spaces or signs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from surveyapp.errors import BadInput, marked

AND, OVERLAPPING, CONTAINING, INSIDE, SAME_TURN, SAME_INTERVIEW = (
    "and", "overlapping", "containing", "inside", "in the same turn as", "in the same interview as")
RELATIONS = (AND, OVERLAPPING, CONTAINING, INSIDE, SAME_TURN, SAME_INTERVIEW)
NEGATABLE = RELATIONS[1:]
OR, NOT, WHERE = "or", "not", "where"
ANY, TURNS = "any", "turns"
FIELDS = ("role", "polarity", "coder", "kind", "interview", "audience", "language")
CASE = "case."              # what begins the name of a case attribute
LONGEST_QUERY = 2_000
DEEPEST = 20                # brackets inside each other; nobody reads more

# How each word of the language may be spelt; the first is how the form writes it.
SPELLINGS = {
    SAME_TURN: ("in the same turn as", "within the same turn as", "same turn", "同一轮发言", "同一发言", "同一话轮"),
    SAME_INTERVIEW: ("in the same interview as", "within the same interview as", "same interview", "同一访谈"),
    OVERLAPPING: ("overlapping", "overlaps", "重叠"), CONTAINING: ("containing", "contains", "包含"),
    INSIDE: ("inside", "within", "位于"), WHERE: ("where", "条件"),
    AND: ("and", "并且", "且"), OR: ("or", "或者", "或"),
    NOT: ("and not", "but not", "not", "不", "非"), ANY: ("any", "任意"),
    TURNS: ("turns", "发言", "话轮"),
}
FIELD_SPELLINGS = {
    "岗位类别": "role", "岗位": "role", "角色": "role", "倾向": "polarity", "方向": "polarity",
    "编码员": "coder", "编码者": "coder", "类型": "kind",
    "访谈": "interview", "人群": "audience", "语言": "language",
}
VALUE_SPELLINGS = {
    "支持": "supports", "相反意见": "contradicts", "反对": "contradicts", "两方面都有": "mixed", "兼有": "mixed",
    "意见": "answers", "评论": "answers", "comments": "answers", "interviews": "interview",
}
_HALF = str.maketrans("（）：＝！，", "():=!,")
_QUOTES = {'"': '"', "“": "”", "「": "」", "”": "”", "＂": "＂"}
_PHRASES = sorted(((spelling, word) for word, found in SPELLINGS.items() for spelling in found),
                  key=lambda pair: -len(pair[0]))
_WORD = re.compile(r"[^\s():=!,（）：＝！，\"“”「」＂]+")


@dataclass(frozen=True)
class CodeIs:
    """Passages with a code; with the codes below it unless `is_exact`; of one polarity where it is said."""

    key: str
    polarity: str = ""
    is_exact: bool = False
    column: int = 1


@dataclass(frozen=True)
class Said:
    """Places where these words stand in a text, coded or not."""

    words: str


@dataclass(frozen=True)
class Every:
    """Every coded passage, or every turn of an interviewee."""

    what: str


@dataclass(frozen=True)
class Related:
    """Passages of `left` that stand in a relation to one of `right`; `is_not`: to none of `right`."""

    relation: str
    left: Node
    right: Node
    is_not: bool = False


@dataclass(frozen=True)
class Either:
    left: Node
    right: Node


Node = CodeIs | Said | Every | Related | Either


@dataclass(frozen=True)
class Condition:
    """What a passage or its interview must be: one of the values, or none of them."""

    field: str
    values: tuple[str, ...]
    is_not: bool = False
    column: int = 1


@dataclass(frozen=True)
class Query:
    passages: Node
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class _Token:
    kind: str               # word, text, sign, key, end
    text: str
    column: int


class QueryError(BadInput):
    """A query cannot be read; `column` says where, counted from 1."""

    def __init__(self, column: int, reason: str, remedy: str, **values: object) -> None:
        super().__init__(reason, remedy, (), column=column, **values)
        self.column = column


def read_query(text: str) -> Query:
    """Return the query as a tree; QueryError with place and remedy where it does not fit."""
    if len(text) > LONGEST_QUERY:
        raise QueryError(LONGEST_QUERY, marked("The query is longer than {n} signs."),
                         marked("Save parts of it as queries of their own."), n=LONGEST_QUERY)
    reader = _Reader(_tokens(text))
    query = reader.query()
    reader.expect_end()
    return query


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    place = 0
    while place < len(text):
        sign = text[place]
        if sign.isspace():
            place += 1
            continue
        token, place = _token(text, place)
        tokens.append(token)
    return [*tokens, _Token("end", "", len(text) + 1)]


def _token(text: str, place: int) -> tuple[_Token, int]:
    sign = text[place]
    if sign in _QUOTES:
        end = text.find(_QUOTES[sign], place + 1)
        if end < 0:
            raise QueryError(place + 1, marked("Sign {column}: the quotation mark is not closed."),
                             marked("Put one behind the words looked for."))
        return _Token("text", text[place + 1:end], place + 1), end + 1
    half = sign.translate(_HALF)
    if half in "():=!,":
        return _Token("sign", half, place + 1), place + 1
    for spelling, word in _PHRASES:
        end = place + len(spelling)
        if text[place:end].lower() == spelling and _ends_word(text, end, spelling):
            return _Token("key", word, place + 1), end
    found = _WORD.match(text, place)
    if found is None:
        raise QueryError(place + 1, marked("Sign {column}: {sign} means nothing here."), marked("Leave it out."),
                         sign=repr(sign))
    return _Token("word", found[0], place + 1), found.end()


def _ends_word(text: str, end: int, spelling: str) -> bool:
    """Return whether a word of the language ends here: `android` is no `and`, and 非常 is no 非."""
    following = text[end:end + 1]
    if not spelling.isascii():
        return not "\u3400" <= following <= "\u9fff"
    return following == "" or not (following.isascii() and (following.isalnum() or following in "._-"))


class _Reader:
    """Reads tokens from left to right; `or` binds least, everything else from left to right."""

    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens, self.place, self.depth = tokens, 0, 0

    @property
    def token(self) -> _Token:
        return self.tokens[self.place]

    def take(self, kind: str, *texts: str) -> _Token | None:
        token = self.token
        if token.kind == kind and (not texts or token.text in texts):
            self.place += 1
            return token
        return None

    def expect_end(self) -> None:
        if self.token.kind != "end":
            raise QueryError(self.token.column, marked("Sign {column}: {found} is not expected here."),
                             marked("Put and, or, not or a relation between two codes."), found=repr(self.token.text))

    def query(self) -> Query:
        passages = Every(ANY) if self.token.text == WHERE or self.token.kind == "end" else self.either()
        conditions = []
        if self.take("key", WHERE):
            conditions.append(self.condition())
            while self.take("key", AND):
                conditions.append(self.condition())
        return Query(passages, tuple(conditions))

    def either(self) -> Node:
        found = self.related()
        while self.take("key", OR):
            found = Either(found, self.related())
        return found

    def related(self) -> Node:
        found = self.operand()
        while True:
            is_not = self.take("key", NOT) is not None
            relation = self.take("key", *(NEGATABLE if is_not else RELATIONS))
            if relation is None and not is_not:
                return found
            # Without a relation, `not` means: overlapping none.
            found = Related(relation.text if relation else OVERLAPPING, found, self.operand(), is_not)

    def operand(self) -> Node:
        token = self.token
        if self.take("sign", "("):
            return self.in_brackets(token)
        if self.take("text"):
            if not token.text.strip():
                raise QueryError(token.column, marked("Sign {column}: there are no words between the quotation marks."),
                                 marked("Write the words to look for."))
            return Said(token.text)
        if self.take("key", ANY, TURNS):
            return Every(token.text)
        if self.take("word"):
            return self.code(token)
        raise QueryError(token.column, marked("Sign {column}: a code is missing."),
                         marked("Write a code such as PRB, words in quotation marks, any or turns."))

    def in_brackets(self, opened: _Token) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise QueryError(opened.column, marked("Sign {column}: there are too many brackets inside each other."),
                             marked("Save parts of it as queries of their own."))
        found = self.either()
        if self.take("sign", ")") is None:
            raise QueryError(opened.column, marked("Sign {column}: the bracket is not closed."),
                             marked("Put ) where it ends."))
        self.depth -= 1
        return found

    def code(self, token: _Token) -> CodeIs:
        is_exact = self.take("sign", "!") is not None
        polarity = ""
        if self.take("sign", ":"):
            said = self.take("word")
            if said is None:
                raise QueryError(self.token.column, marked("Sign {column}: a polarity is missing."),
                                 marked("Write supports, contradicts or mixed behind the colon."))
            polarity = VALUE_SPELLINGS.get(said.text, said.text.lower())
        return CodeIs(token.text, polarity, is_exact, token.column)

    def condition(self) -> Condition:
        name = self.take("word")
        if name is None:
            raise QueryError(self.token.column, marked("Sign {column}: a condition is missing."),
                             marked("Write one such as role = teller."))
        field = FIELD_SPELLINGS.get(name.text, name.text)
        if field not in FIELDS and not field.startswith(CASE):
            raise QueryError(name.column, marked("Sign {column}: there is no condition {found}."),
                             marked("Known are {known} and case. with the name of an attribute."),
                             found=repr(name.text), known=", ".join(FIELDS))
        is_not = self.take("sign", "!") is not None
        if self.take("sign", "=") is None:
            raise QueryError(self.token.column, marked("Sign {column}: = or != is missing."),
                             marked("Write one such as role = teller."))
        values = [self.value()]
        while self.take("sign", ","):
            values.append(self.value())
        return Condition(field, tuple(values), is_not, name.column)

    def value(self) -> str:
        token = self.take("word") or self.take("text") or self.take("key")
        if token is None:
            raise QueryError(self.token.column, marked("Sign {column}: a value is missing."),
                             marked("Write it behind =, in quotation marks if it has spaces."))
        return VALUE_SPELLINGS.get(token.text, token.text)
