"""What the checks say of a questionnaire, to be shown in the reader's language.

The checks stand in `instruments`, which knows no translator and speaks English, and so do the commands. Here is each of
their sentences once, with its blanks; a sentence is recognised by what stands between the blanks. A test reads the
sources of the checks and fails where one says something that is not listed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache

from surveyapp.errors import marked

# A blank is a word in braces that no `$` stands before: `${name}` is part of the language of conditions.
_BLANK = re.compile(r"(?<!\$)\{([a-z]+)\}")
# Blanks that hold words of this list themselves; all others hold what the author of the questionnaire wrote.
_NESTED = frozenset({"noun", "reason", "remedy", "sort", "arity", "known"})

SENTENCES = (
    # keys and the frame
    marked("the key is used more than once."),
    marked("Rename one of the items."),
    marked("Rename a {noun}."),
    marked("the key cannot name a column."),
    marked("Use a letter, then letters, digits or _, at most {most} signs, and none of: {keys}."),
    marked("the languages are missing or repeated."),
    marked("Name each language once."),
    marked("there is no {noun}."),
    marked("Add one."),
    marked("there is no section '{key}'."),
    marked("there is no scale '{key}'."),
    marked("there is no construct '{key}'."),
    marked("there is no group '{key}'."),
    marked("there is no item '{key}'."),
    marked("Use one of: {known}."),
    marked("(none yet)"),
    marked("it stands after an item of a later section."),
    marked("Sort the items by section."),
    marked("there is no text for language {languages}."),
    marked("Add `{field}:` or remove {language} from the languages."),
    # scales, constructs and roles
    marked("the points are too few, repeated or out of order."),
    marked("Give two or more points in ascending order."),
    marked("a point has the value of a missing code."),
    marked("Use other values."),
    marked("a rating item names no scale."),
    marked("the direction does not fit the group."),
    marked("Write `direction: {direction}`."),
    marked("no item measures it."),
    marked("Add items, or remove the construct."),
    marked("only one item measures it."),
    marked("Add a second item."),
    marked("its items are not all ratings of one range."),
    marked("Use one scale for all of its items."),
    marked("Correct it or add it."),
    marked("it is reverse-keyed but measures nothing."),
    marked("Remove `reverse: true`."),
    marked("the attention item cannot be judged."),
    marked("Give it a scale, no construct, and `expected:` with values of that scale."),
    marked("its scale is not of kind nps."),
    marked("Use a scale with `type: nps`."),
    marked("it weighs '{key}', which is no experience construct."),
    marked("Write `importance_of:` and one of: {known}."),
    # numbers, choices and modules
    marked("the smallest value {low} is above the largest {high}."),
    marked("Exchange them."),
    marked("its range holds the missing codes -91 to -94."),
    marked("Use a range above -91."),
    marked("choices are missing, or their values are repeated, empty or hold spaces."),
    marked("Give each choice a value of its own without spaces."),
    marked("a choice has the value of a missing code."),
    marked("Use another value."),
    marked("an exclusive choice needs an item of kind multiple."),
    marked("Remove `exclusive`."),
    marked("at most {most} of {n} choices."),
    marked("Correct `max:`."),
    marked("the default '{value}' is no choice."),
    marked("Name a choice, or none."),
    marked("it belongs to the module '{key}' but is not marked."),
    marked("Write `module: {key}`."),
    # the way through
    marked("the key is used more than once or holds other signs."),
    marked("Give each screen and quota a key of its own, of letters, digits, _ . -."),
    marked("the condition names no item, so it is the same for everybody."),
    marked("Name an item: `${KEY}`."),
    marked("the limit is {n}."),
    marked("Write how many responses are wanted, 1 or more."),
    marked("its sections do not stand together."),
    marked("Move them next to each other, or give the second part a name of its own."),
    marked("its sections ({keys}) have different shuffle groups."),
    marked("Give all of them the same one."),
    marked("it holds one block, which has nothing to exchange places with."),
    marked("Add another block to the group, or take the group out."),
    marked("an item of kind {kind} has no choices to shuffle."),
    marked("Remove `shuffle_choices`, or make it a single, multiple or ranking item."),
    marked("fewer than two choices are free to change places."),
    marked("Remove `fixed` from some choices, or `shuffle_choices` from the item."),
    marked("an answer cannot be repeated here."),
    marked("Move `${...}` into an item or note."),
    marked("'{key}' is a note without an answer."),
    marked("Correct the name, without spaces, or take it out."),
    marked("'{key}' is asked on the same page."),
    marked("Move one of the two to another section."),
    marked("'{key}' is asked later, or may be: sections exchange places."),
    marked("Ask it in an earlier section."),
    marked("the short form has {n} questions and takes about {minutes} minutes."),
    marked("Mark at most {n} questions with `short: true`, of {minutes} minutes together."),
    marked("it takes about {minutes} minutes ({language}), most of it in section {key} ({part})."),
    marked("Leave items out, or split it in two."),
    marked("it depends on itself by way of {keys}."),
    marked("Take one of the references out."),
    marked("it ends the questionnaire for nobody."),
    marked("nobody belongs to it."),
    marked("the condition holds for nobody, so it is never shown."),
    marked("Correct the condition: look for values that exclude each other or an item that is never asked."),
    # files
    marked("a file can show who sent it: a face, a name in a document, a voice."),
    marked("Ask for it anonymously only if that cannot happen, and say so in the item's hint; otherwise leave it out "
           "or publish the questionnaire as confidential or identified."),
    marked("the kind of file '{kind}' is not known."),
    marked("files of {n} MB are not taken."),
    marked("`accepts` names some of {known}; `largest_mb` is a whole number, 1 to {most}."),
    marked("a file has no default and no constraint."),
    marked("Remove them."),
    marked("an item of kind {kind} takes no file."),
    marked("Remove `accepts` and `largest_mb`, or make it `kind: upload`."),
    marked("{item} is a file, of which only whether it is there is known."),
    marked("Write `{item} != ''` or `{item} = ''`."),
    # expressions
    marked("sign {n}: {reason}"),
    marked("Correct the name or add the item."),
    marked("Name another item."),
    marked("'{key}' does not come before what depends on it."),
    marked("Move it to the front."),
    marked("`.` has no meaning here."),
    marked("Name the item: `${name}`."),
    marked("the function '{name}' is not of the language."),
    marked("'{name}' has {n} argument(s)."),
    marked("Give {arity}."),
    marked("{n} or more"),
    marked("{least} to {most}"),
    marked("the pattern is computed."),
    marked("Write the pattern in quotes."),
    marked("'{key}' has no choice '{value}'."),
    marked("Its choices are: {known}."),
    marked("'{value}' is neither a number nor a date, so the comparison is never true."),
    marked("Compare with a number, or with `=`."),
    marked("`{sign}` compares a date ({date}) with a number ({number})."),
    marked("Write the date as '2026-11-23', or subtract two dates to get days."),
    marked("`{sign}` compares a date with {value}, which is no date."),
    marked("Write the date as '2026-11-23'."),
    marked("{value} may hold several choices; `=` is true only where {other} is the only one."),
    marked("Write `selected({value}, {other})`."),
    marked("`{sign}` reckons with numbers; {value} is {sort}."),
    marked("`{sign}` orders numbers and dates; {value} is {sort}."),
    marked("`{name}` is for numbers; {value} is {sort}."),
    marked("`{name}` is for choices; {value} is a {sort}."),
    marked("{value} stands alone beside `{sign}` and is the same for everybody."),
    marked("Write the comparison out: `${a} = 'x' {sign} ${a} = 'y'`."),
    marked("Compare with `=`, or make it a number item or choices with numbers; `number(...)` reads a text."),
    marked("Use a number item, choices with numbers, or `number(...)`."),
    marked("`+` does not join texts: write `concat(...)`. {remedy}"),
    marked("`count-selected(...)` counts choices."),
    marked("Compare with `=`."),
    marked("a text"),
    marked("a set of choices"),
    marked("no number"),
    marked("number"),
    marked("date"),
    # reading an expression
    marked("it has {n} signs."),
    marked("Use at most {n}."),
    marked("it is empty."),
    marked("Write a condition, or leave the field out."),
    marked("it ends too early."),
    marked("Complete it; check that every bracket is closed."),
    marked("`{text}` cannot stand here."),
    marked("Check the operators, quotes, commas and brackets."),
    marked("it nests more than {n} levels."),
    marked("Split it into calculated items."),
    marked("a number is too large to be stored."),
    marked("Use a number below 1e308."),
    marked("the bare word `{word}` means nothing."),
    marked("Write `{item}` for an item, or '{word}' in quotes for a value."),
    marked("`==` is not an operator."),
    marked("Write `=`."),
    marked("`&&` is not an operator."),
    marked("Write `and`."),
    marked("`||` is not an operator."),
    marked("Write `or`."),
    marked("this is not an operator."),
    marked("Write `<`, `<=`, `>`, `>=` or `!=`."),
    marked("a curly quote stands here."),
    marked("Replace it by a straight quote (' or \")."),
    marked("a quoted text is not closed."),
    marked("Add the closing quote."),
    marked("`$` does not begin the name of an item."),
    marked("Write `${name}`."),
    marked("paths are not read."),
    marked("a full-width sign stands here."),
    marked("Write it as a half-width sign."),
    marked("an operator stands where a value is expected, or is not in small letters."),
    marked("Write `a and b`, in small letters."),
    # patterns of regex
    marked("a bracket is closed that was not opened."),
    marked("Remove it or write `\\)`."),
    marked("it is too large once its repetitions are written out."),
    marked("Use smaller numbers."),
    marked("the pattern ends too early."),
    marked("Close every bracket; write `\\\\` for a backslash."),
    marked("too many groups lie inside each other."),
    marked("Make the pattern simpler."),
    marked("`{sign}` has nothing to repeat."),
    marked("Write `\\{sign}` for the sign itself."),
    marked("look-around, named groups and flags are not read."),
    marked("Use a plain group `( )`."),
    marked("a group is not closed."),
    marked("Add `)`."),
    marked("a repetition is repeated."),
    marked("Put the inner one into a group."),
    marked("the numbers of a repetition cannot be read."),
    marked("Write `{2}`, `{2,}` or `{2,5}`."),
    marked("the numbers of a repetition do not fit."),
    marked("Write the smaller number first."),
    marked("`\\{sign}` is not read."),
    marked("Use \\d, \\w, \\s, their opposites, or a sign itself."),
    marked("a character code cannot be read."),
    marked("Write `\\u4e00` or `\\x41`."),
    marked("a range does not run from a smaller to a larger sign."),
    marked("Write `[a-z]`."),
    marked("`[]` holds no sign."),
    marked("Name the signs between the brackets."),
    # a problem or cause of a study's own (instruments/open_set)
    marked("the key is missing or holds other signs."),
    marked("Write 2 to 39 capital letters, digits and _, beginning with a letter: PRB_TURNOVER."),
    marked("the study has a construct of this key already."),
    marked("Choose another key."),
    marked("no questionnaire asks about one of this group yet."),
    marked("Add the first one in the questionnaire itself."),
    marked("the study has {n} of this group already."),
    marked("At most {n} can be analysed together."),
    marked("name or definition is missing."),
    marked("Fill in both in each language of the study."),
    marked("objective or indicator is missing."),
    marked("Fill in both in each language, or leave both empty."),
    marked("it has {n} items."),
    marked("Write {low} to {high} items, better {n}."),
    marked("it has only {n} items."),
    marked("{n} measure more reliably."),
    marked("no item is reverse-keyed."),
    marked("One keeps a tendency to agree from looking like a problem."),
    marked("a wording of the measure is missing."),
    marked("Fill in name, what, owner, reason, aim and risk in each language, or leave all empty."),
    marked("the measure has no indicator."),
    marked("Fill in the indicator above."),
    marked("the strength is out of range."),
    marked("Choose 1 to 3."),
    marked("the wording “{text}” claims more than the figures can show."),
    marked("Say what goes together, or what is meant to be reached."),
    marked("measure"),
    # places
    marked("item"),
    marked("section"),
    marked("scale"),
    marked("construct"),
    marked("item {key}"),
    marked("section {key}"),
    marked("scale {key}"),
    marked("construct {key}"),
    marked("screen {key}"),
    marked("quota {key}"),
    marked("block {key}"),
    marked("shuffle group {key}"),
    marked("choice {key}"),
    marked("point {key}"),
    marked("show_if"),
    marked("constraint"),
    marked("calculation"),
    marked("condition"),
    marked("limit"),
    marked("hint"),
    marked("message of the constraint"),
    marked("message"),
    marked("title"),
    marked("introduction"),
    marked("note on withdrawal"),
    marked("text at the end"),
    marked("commitment"),
    marked("consent"),
    marked("consent to linking"),
    marked("not applicable"),
    marked("name"),
    marked("definition"),
    marked("pattern [{text}]"),
    marked("sign {n}"),
)


def in_words(text: str, translate: Callable[[str], str], sentences: tuple[str, ...] = SENTENCES) -> str | None:
    """Return a sentence of the checks in the language of `translate`; None if the list does not hold it."""
    for pattern, sentence in _patterns(sentences):
        if (found := pattern.fullmatch(text)) is None:
            continue
        values = {name: (in_words(value, translate) or value) if name in _NESTED else value
                  for name, value in found.groupdict().items()}
        return _filled(translate(sentence), values)
    return None


def _filled(sentence: str, values: Mapping[str, str]) -> str:
    return _BLANK.sub(lambda blank: values.get(blank[1], blank[0]), sentence)


def place_in_words(place: str, translate: Callable[[str], str]) -> tuple[str, ...]:
    """Return the parts of a place, such as `item ROLE, choice rm, show_if`, each in words where it is known."""
    return tuple(in_words(part, translate) or part for part in place.split(", ") if part)


@cache
def _patterns(sentences: tuple[str, ...]) -> list[tuple[re.Pattern[str], str]]:
    """Return a pattern for each sentence; where two fit, the one that says more comes first."""
    by_length = sorted(sentences, key=lambda sentence: (-len(_BLANK.sub("", sentence)), sentence))
    return [(_pattern(sentence), sentence) for sentence in by_length]


def _pattern(sentence: str) -> re.Pattern[str]:
    seen: set[str] = set()
    parts = []
    for place, part in enumerate(_BLANK.split(sentence)):
        if place % 2 == 0:
            parts.append(re.escape(part))
        elif part in seen:
            parts.append(f"(?P={part})")
        else:
            seen.add(part)
            parts.append(f"(?P<{part}>.*?)")
    return re.compile("".join(parts), re.DOTALL)
