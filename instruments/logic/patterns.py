r"""The patterns of `regex`: a small common subset, matched in time proportional to pattern × text.

A respondent's text meets an author's pattern on the server, so a backtracking engine could be stalled by a few dozen
signs. Here all possible positions in the pattern are followed at once. Read: letters, `.`, `[...]`, groups,
alternatives, `* + ? {m,n}`, `^ $`, `\d \w \s` (ASCII) and their opposites. Not read: look-around, back-references,
named groups, flags.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from instruments.errors import LogicError

MAX_PATTERN = 500           # signs
MAX_STEPS = 2_000           # instructions of a compiled pattern
MAX_TEXT = 5_000            # code points; a longer text does not match
_ALL = 0x10FFFF
_LINE_ENDS = ((0x0A, 0x0A), (0x0D, 0x0D), (0x2028, 0x2029))

Ranges = tuple[tuple[int, int], ...]
_CLASSES: dict[str, Ranges] = {
    "d": ((0x30, 0x39),),
    "w": ((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)),
    "s": ((0x09, 0x0D), (0x20, 0x20)),
}
_HEXADECIMAL = frozenset("0123456789abcdefABCDEF")
_CONTROLS = {"n": 0x0A, "r": 0x0D, "t": 0x09, "f": 0x0C, "v": 0x0B}


class Step(NamedTuple):
    """One instruction: `set` takes a sign, `split` and `jump` go on elsewhere, `start`, `end` look, `match` ends."""

    kind: str
    ranges: Ranges = ()
    first: int = 0
    second: int = 0


def matches(pattern: str, text: str) -> bool:
    """Return whether the whole text fits the pattern; LogicError when the pattern is not of the subset."""
    steps = compile_pattern(pattern)
    if len(text) > MAX_TEXT:
        return False
    current = _follow(steps, {0}, 0, len(text))
    for position, sign in enumerate(text):
        code = ord(sign)
        taken = {index + 1 for index in current if steps[index].kind == "set" and _holds(steps[index].ranges, code)}
        if not taken:
            return False
        current = _follow(steps, taken, position + 1, len(text))
    return any(steps[index].kind == "match" for index in current)


def _holds(ranges: Ranges, code: int) -> bool:
    return any(low <= code <= high for low, high in ranges)


def _follow(steps: tuple[Step, ...], starts: set[int], position: int, length: int) -> set[int]:
    found: set[int] = set()
    waiting = list(starts)
    while waiting:
        index = waiting.pop()
        if index in found:
            continue
        found.add(index)
        step = steps[index]
        if step.kind == "split":
            waiting += [step.first, step.second]
        elif step.kind == "jump":
            waiting.append(step.first)
        elif (step.kind == "start" and position == 0) or (step.kind == "end" and position == length):
            waiting.append(index + 1)
    return found


@lru_cache(maxsize=256)
def compile_pattern(pattern: str) -> tuple[Step, ...]:
    """Return the instructions of a pattern; LogicError says which sign is not read."""
    if len(pattern) > MAX_PATTERN:
        raise LogicError("pattern", f"it has {len(pattern)} signs.", f"Use at most {MAX_PATTERN}.")
    reader = _Reader(pattern)
    tree = reader.alternatives(0)
    if reader.position < len(pattern):
        raise reader.error("a bracket is closed that was not opened.", "Remove it or write `\\)`.")
    steps: list[Step] = []
    _emit(tree, steps)
    steps.append(Step("match"))
    return tuple(steps)


# ---- tree → instructions --------------------------------------------------------------------------------------------
def _emit(tree: tuple[Any, ...], steps: list[Step]) -> None:
    if len(steps) > MAX_STEPS:
        raise LogicError("pattern", "it is too large once its repetitions are written out.", "Use smaller numbers.")
    match tree[0]:
        case "set":
            steps.append(Step("set", tree[1]))
        case "start" | "end":
            steps.append(Step(tree[0]))
        case "sequence":
            for part in tree[1]:
                _emit(part, steps)
        case "either":
            _emit_either(tree[1], steps)
        case "repeat":
            _emit_repeat(tree, steps)


def _emit_either(options: list[tuple[Any, ...]], steps: list[Step]) -> None:
    jumps = []
    for option in options[:-1]:
        split = len(steps)
        steps.append(Step("split"))
        _emit(option, steps)
        jumps.append(len(steps))
        steps.append(Step("jump"))
        steps[split] = Step("split", (), split + 1, len(steps))
    _emit(options[-1], steps)
    for jump in jumps:
        steps[jump] = Step("jump", (), len(steps))


def _emit_repeat(tree: tuple[Any, ...], steps: list[Step]) -> None:
    _, part, least, most = tree
    for _ in range(least):
        length = len(steps)
        _emit(part, steps)
        if len(steps) == length:        # an empty part is the same however often it stands there
            break
    if most is None:
        split = len(steps)
        steps.append(Step("split"))
        _emit(part, steps)
        steps.append(Step("jump", (), split))
        steps[split] = Step("split", (), split + 1, len(steps))
        return
    splits = []
    for _ in range(most - least):
        splits.append(len(steps))
        steps.append(Step("split"))
        _emit(part, steps)
    for split in splits:
        steps[split] = Step("split", (), split + 1, len(steps))


# ---- text → tree ----------------------------------------------------------------------------------------------------
class _Reader:
    """Reads a pattern by recursive descent."""

    MAX_GROUPS = 30

    def __init__(self, pattern: str) -> None:
        self.pattern, self.position = pattern, 0

    def error(self, reason: str, remedy: str) -> LogicError:
        return LogicError(
            f"pattern [{self.pattern}], sign {self.position + 1}", reason, remedy, self.position)

    def _peek(self) -> str:
        return self.pattern[self.position] if self.position < len(self.pattern) else ""

    def _take(self) -> str:
        sign = self._peek()
        if not sign:
            raise self.error("the pattern ends too early.", "Close every bracket; write `\\\\` for a backslash.")
        self.position += 1
        return sign

    def alternatives(self, depth: int) -> tuple[Any, ...]:
        if depth > self.MAX_GROUPS:
            raise self.error("too many groups lie inside each other.", "Make the pattern simpler.")
        options = [self._sequence(depth)]
        while self._peek() == "|":
            self.position += 1
            options.append(self._sequence(depth))
        return options[0] if len(options) == 1 else ("either", options)

    def _sequence(self, depth: int) -> tuple[Any, ...]:
        parts = []
        while self._peek() not in ("", "|", ")"):
            parts.append(self._repeated(self._atom(depth)))
        return ("sequence", parts)

    def _atom(self, depth: int) -> tuple[Any, ...]:
        sign = self._take()
        if sign == "(":
            return self._group(depth)
        if sign == "[":
            return ("set", self._bracket())
        if sign == ".":
            return ("set", _opposite(_LINE_ENDS))
        if sign in "^$":
            return ("start",) if sign == "^" else ("end",)
        if sign in "*+?{":
            self.position -= 1
            raise self.error(f"`{sign}` has nothing to repeat.", f"Write `\\{sign}` for the sign itself.")
        return ("set", self._escape() if sign == "\\" else ((ord(sign), ord(sign)),))

    def _group(self, depth: int) -> tuple[Any, ...]:
        if self.pattern.startswith("?:", self.position):
            self.position += 2
        elif self._peek() == "?":
            raise self.error("look-around, named groups and flags are not read.", "Use a plain group `( )`.")
        inside = self.alternatives(depth + 1)
        if self._peek() != ")":
            raise self.error("a group is not closed.", "Add `)`.")
        self.position += 1
        return inside

    def _repeated(self, part: tuple[Any, ...]) -> tuple[Any, ...]:
        bounds: tuple[int, int | None] | None = {"*": (0, None), "+": (1, None), "?": (0, 1)}.get(self._peek())
        if bounds is not None:
            self.position += 1
        elif self._peek() == "{":
            bounds = self._bounds()
        if bounds is None:
            return part
        if self._peek() == "?":     # a lazy repetition fits the same whole texts
            self.position += 1
        if self._peek() and self._peek() in "*+{":
            raise self.error("a repetition is repeated.", "Put the inner one into a group.")
        return ("repeat", part, *bounds)

    def _bounds(self) -> tuple[int, int | None]:
        end = self.pattern.find("}", self.position)
        low, comma, high = self.pattern[self.position + 1:max(end, 0)].partition(",")
        if end < 0 or not low.isdecimal() or not low.isascii() or (high and not (high.isdecimal() and high.isascii())):
            raise self.error("the numbers of a repetition cannot be read.", "Write `{2}`, `{2,}` or `{2,5}`.")
        least = int(low)
        most = least if not comma else int(high) if high else None
        if least > MAX_STEPS or (most is not None and (most < least or most > MAX_STEPS)):
            raise self.error("the numbers of a repetition do not fit.", "Write the smaller number first.")
        self.position = end + 1
        return least, most

    def _escape(self) -> Ranges:
        sign = self._take()
        if sign in "dws":
            return _CLASSES[sign]
        if sign in "DWS":
            return _opposite(_CLASSES[sign.lower()])
        if sign in _CONTROLS:
            return ((_CONTROLS[sign], _CONTROLS[sign]),)
        if sign in "ux":
            return self._code({"u": 4, "x": 2}[sign])
        if sign.isalnum() and sign.isascii():
            self.position -= 1
            raise self.error(f"`\\{sign}` is not read.", "Use \\d, \\w, \\s, their opposites, or a sign itself.")
        return ((ord(sign), ord(sign)),)

    def _code(self, length: int) -> Ranges:
        digits = self.pattern[self.position:self.position + length]
        if len(digits) != length or not set(digits) <= _HEXADECIMAL:
            raise self.error("a character code cannot be read.", "Write `\\u4e00` or `\\x41`.")
        self.position += length
        code = int(digits, 16)
        return ((code, code),)

    def _bracket(self) -> Ranges:
        is_opposite = self._peek() == "^"
        if is_opposite:
            self.position += 1
        found: list[tuple[int, int]] = []
        while self._peek() != "]":
            low = self._bracket_sign()
            if self._peek() == "-" and self.pattern[self.position + 1:self.position + 2] not in ("]", ""):
                self.position += 1
                high = self._bracket_sign()
                if not (_is_one_sign(low) and _is_one_sign(high)) or low[0][0] > high[0][0]:
                    raise self.error("a range does not run from a smaller to a larger sign.", "Write `[a-z]`.")
                low = ((low[0][0], high[0][0]),)
            found.extend(low)
        self.position += 1
        if not found:
            raise self.error("`[]` holds no sign.", "Name the signs between the brackets.")
        return _opposite(tuple(found)) if is_opposite else tuple(found)

    def _bracket_sign(self) -> Ranges:
        sign = self._take()
        return self._escape() if sign == "\\" else ((ord(sign), ord(sign)),)


def _is_one_sign(ranges: Ranges) -> bool:
    return len(ranges) == 1 and ranges[0][0] == ranges[0][1]


def _opposite(ranges: Ranges) -> Ranges:
    found, low = [], 0
    for start, end in sorted(ranges):
        if start > low:
            found.append((low, start - 1))
        low = max(low, end + 1)
    return (*found, (low, _ALL)) if low <= _ALL else tuple(found)
