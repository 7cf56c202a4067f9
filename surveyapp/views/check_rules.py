"""The numbered checks of a questionnaire and what they find, in the reader's language.

The words are those of `instruments.checks.RULES`, to the letter, which a test sees to: the checks know no translator.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from instruments.errors import Finding
from surveyapp.services.draft_finding import LocatedFinding
from surveyapp.services.finding_wording import in_words, place_in_words

CHECK_RULES: Mapping[str, Any] = {
    "INS-001": _l("Every item has a key of its own."),
    "INS-002": _l("Every wording is given in every language."),
    "INS-003": _l("There is a section and an item, and every section, scale and construct has a key of its own."),
    "INS-004": _l("Every item stands in a section that exists."),
    "INS-005": _l("Every rating item names a scale that exists."),
    "INS-006": _l("A scale has at least two points, in ascending order, no value twice."),
    "INS-007": _l("Only a rating item that measures a construct is reverse-keyed."),
    "INS-008": _l("Every construct that an item names exists."),
    "INS-009": _l("A construct has at least one item."),
    "INS-010": _l("A construct has at least two items; the reliability of one item cannot be measured."),
    "INS-011": _l("An attention item is a rating item without construct, and its expected values lie on its scale."),
    "INS-012": _l("A single, multiple or ranking item has choices; their values differ and hold no spaces."),
    "INS-013": _l("Only a multiple item has exclusive choices; a largest number of choices lies within the choices."),
    "INS-014": _l("No valid value is one of the missing codes -91 to -94."),
    "INS-015": _l("The smallest value of a number item is not above its largest."),
    "INS-016": _l(
        "A key can name a column: it begins with a letter, holds letters, digits, _ . - only, has at most"
        " 64 signs and is not a name that the response file uses itself."),
    "INS-017": _l("A construct belongs to one of the five groups."),
    "INS-018": _l("Problems and causes are bad when high; situations, outcomes and experiences are good when high."),
    "INS-019": _l("All items of a construct are rating items on scales of the same range."),
    "INS-020": _l("An item of role nps is answered on a scale of kind nps."),
    "INS-021": _l("An importance item names an experience construct of its questionnaire."),
    "INS-022": _l(
        "An item of an optional section, and every item of an optional construct, is marked with that "
        "module."),
    "INS-023": _l("The default of a choice item is one of its choices."),
    "INS-024": _l("Items stand in the order of their sections."),
    "INS-025": _l("At least one language is named, none twice."),
    "INS-026": _l("Every screen and quota has a key of its own, of letters, digits, _ . - only."),
    "INS-027": _l("The limit of a quota is at least 1."),
    "INS-028": _l("The condition of a screen or quota names an item."),
    "INS-029": _l("The sections of a block stand together and share one shuffle group."),
    "INS-030": _l("A shuffle group holds at least two blocks."),
    "INS-031": _l(
        "Only the choices of a single, multiple or ranking item are shuffled; a warning where fewer than "
        "two of them may change places."),
    "INS-032": _l("An answer that a wording repeats (`${KEY}`) belongs to an item that exists and stores an answer."),
    "INS-033": _l("A wording repeats no answer that is given after it."),
    "INS-034": _l("A wording repeats answers of earlier pages; one of the same page is not there yet."),
    "INS-035": _l("Only items, their hints and their choices repeat answers; elsewhere `${KEY}` stays as it is."),
    "INS-036": _l("The short form has at most 12 questions and takes at most 2 minutes."),
    "INS-037": _l("A questionnaire takes at most ten minutes, as estimated from its wording."),
    "INS-038": _l(
        "An upload takes known kinds of file of 1 to 20 MB, without default or constraint; nothing else names "
        "kinds of file or a size."),
    "INS-039": _l("An upload may show who sent it."),
    "INS-101": _l("An expression can be read."),
    "INS-102": _l("Every item that an expression names exists and stores an answer."),
    "INS-103": _l("Every function that an expression calls is one of the language."),
    "INS-104": _l("A function is given as many arguments as it takes."),
    "INS-105": _l("A value that an expression compares with an item is one of the item's choices or scale points."),
    "INS-106": _l("A condition names only items that come before what it governs."),
    "INS-107": _l("The sign `.` (this item's own answer) stands only in constraints and calculations."),
    "INS-108": _l("The pattern of `regex` is a quoted text of the pattern language."),
    "INS-109": _l("An ordering (<, <=, >, >=) compares with a number or a date."),
    "INS-110": _l("Conditions and calculations do not depend on themselves in a circle."),
    "INS-111": _l(
        "Operators and functions are given the kind of value they are for: numbers, dates, choices, "
        "conditions."),
    "INS-112": _l("Every item, section, choice, screen and quota with a condition can be reached by somebody."),
}


def finding_words(finding: Finding) -> tuple[str, str]:
    """Return what was found and what to do about it in the reader's language."""
    return in_words(finding.reason, _) or finding.reason, in_words(finding.remedy, _) or finding.remedy


def finding_place(located: LocatedFinding) -> str:
    """Return where in its part a finding stands, in the reader's language."""
    return " · ".join(place_in_words(located.detail, _))
