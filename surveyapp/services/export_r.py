"""A script for R that reads our CSV and gives it factors, labels and missing values; in ASCII, for any locale."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from surveyapp.services.export_layout import FileLayout, Variable

HEAD = """# Reads {file} into the data frame `{name}`: answers to "{title}".
# Made by surveyapp. Run it in the folder of the file:  source("{script}", encoding = "UTF-8")
#
# Every variable carries its wording in attr(x, "label"), the words of its numbers in attr(x, "labels"), and, where
# answers are missing, what kind of missing each is in attr(x, "missing"). Choices are factors; ratings stay numbers.

missing_codes <- {codes}

take_missing <- function(x) {{
  kind <- factor(match(x, missing_codes), levels = seq_along(missing_codes), labels = names(missing_codes))
  x[x %in% missing_codes] <- NA
  if (any(!is.na(kind))) attr(x, "missing") <- kind
  x
}}

# Before a text that a spreadsheet would compute stands an apostrophe; it is no part of the answer.
take_apostrophe <- function(x) sub("^'('*[-=+@\\t\\r\\uff1d\\uff0b\\uff0d\\uff20])", "\\\\1", x)

describe <- function(x, label, labels = NULL, is_choice = FALSE, notes = NULL) {{
  kind <- attr(x, "missing")
  if (is_choice) x <- factor(x, levels = unname(labels), labels = names(labels))
  else if (length(labels)) attr(x, "labels") <- labels
  attr(x, "label") <- label
  if (length(notes)) attr(x, "notes") <- notes
  if (!is.null(kind)) attr(x, "missing") <- kind
  x
}}

{name} <- read.csv("{file}", fileEncoding = "UTF-8", na.strings = "", check.names = FALSE, stringsAsFactors = FALSE,
  colClasses = {classes})
"""


def r_script(layout: FileLayout, name: str, file: str, script: str, title: str, *, is_exact: bool) -> str:
    """Return the script for the CSV `file`; `name` is the data frame's name."""
    codes = _vector({words: code for code, words in sorted(layout.missing.items(), reverse=True)})
    classes = ", ".join(f"{_quoted(v.name)} = {_quoted('numeric' if v.kind == 'number' else 'character')}"
                        for v in layout.variables)
    lines = [HEAD.format(file=_escaped(file), name=name, script=_escaped(script), title=_escaped(title), codes=codes,
                         classes=f"c({classes})")]
    for variable in layout.variables:
        lines.extend(_statements(variable, name, is_exact=is_exact))
    return "\n".join(lines) + "\n"


def _statements(variable: Variable, name: str, *, is_exact: bool) -> Iterable[str]:
    column = f"{name}[[{_quoted(variable.name)}]]"
    if variable.has_missing and variable.kind == "number":
        yield f"{column} <- take_missing({column})"
    elif variable.has_missing:
        yield f"{column}[{column} %in% missing_codes] <- NA"
    if variable.kind == "text" and not is_exact:
        yield f"{column} <- take_apostrophe({column})"
    labels = f", labels = {_vector(_distinct(variable))}" if variable.values else ""
    choice = ", is_choice = TRUE" if variable.codes and variable.measure == "nominal" else ""
    notes = f", notes = c({', '.join(map(_quoted, variable.notes))})" if variable.notes else ""
    yield f"{column} <- describe({column}, {_quoted(variable.label)}{labels}{choice}{notes})"


def _distinct(variable: Variable) -> dict[str, int]:
    """Return words → number; where two numbers have the same words they are told apart by the number."""
    words = list(variable.values.values())
    return {text if words.count(text) == 1 else f"{text} ({value})": value for value, text in variable.values.items()}


def _vector(values: Mapping[str, int]) -> str:
    return f"c({', '.join(f'{_quoted(words)} = {value}' for words, value in values.items())})"


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    """Return the text inside R's quotation marks, every sign beyond ASCII by its number."""
    found = []
    for sign in text:
        if sign in '"\\':
            found.append(f"\\{sign}")
        elif " " <= sign <= "~":
            found.append(sign)
        else:
            found.append(f"\\U{{{ord(sign):x}}}")
    return "".join(found)
