"""The expression language: text → tree (JSON lists) → value, the same on the server and in the browser.

The rules are frozen; `vectors.json` beside this file holds them as examples that every interpreter must reproduce.

* A value is a text, a number, true/false or a set of choices (a tuple); empty is the empty text.
* number(""), and number of any text that is no number, is NaN; a text that is a date (2026-11-23) counts as its days
  since 1970-01-01, so that dates can be compared and subtracted.
* `=` and `!=` compare as numbers when one side is a number, else as texts. `<`, `<=`, `>`, `>=` compare as numbers.
  A comparison with NaN is false, except `!=`.
* A number as text has no point when it is whole, else the shortest form; NaN and infinity are empty.
* `round` rounds half up; `regex` must match the whole text; `string-length` counts code points.
* `min`, `max` and `sum` pass over empty arguments; `today()` is the study's date, given by the caller.
"""

from instruments.logic.checker import LOGIC_RULES, KnownItem, check_expression
from instruments.logic.grammar import MAX_DEPTH, MAX_LENGTH, Tree, functions_used, parse, references
from instruments.logic.interpreter import FUNCTIONS, evaluate
from instruments.logic.values import Value, is_true, stored_value

__all__ = [
    "FUNCTIONS", "LOGIC_RULES", "MAX_DEPTH", "MAX_LENGTH", "KnownItem", "Tree", "Value", "check_expression", "evaluate",
    "functions_used", "is_true", "parse", "references", "stored_value",
]
