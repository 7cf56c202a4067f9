"""The model of a questionnaire: frozen dataclasses that any format is read into and written from.

`Text` maps a language code to a wording. Keys (`key`) are the stable names that data carry; they never change
between versions. An item's value is stored as a number (rating, integer, decimal), a choice's value (single), a list
of choice values (multiple, ranking) or a string (of an upload: the name of the stored file); the four kinds of "empty"
are the missing codes below.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Text = Mapping[str, str]

NOT_SHOWN = -91
LEFT_BLANK = -92
REFUSED = -93          # refused, or "does not apply / I do not know"
NOT_REACHED = -94
MISSING_CODES = frozenset({NOT_SHOWN, LEFT_BLANK, REFUSED, NOT_REACHED})

ItemKind = Literal[
    "rating", "single", "multiple", "ranking", "integer", "decimal", "date", "time", "text",
    "note", "calculate", "hidden", "acknowledge", "upload",
]
ItemRole = Literal[
    "attention", "benchmark", "trend", "nps", "importance", "readiness", "stated_problem", "stated_cause",
    "profile", "fact", "open", "quota",
]
ConstructGroup = Literal["situation", "problem", "cause", "outcome", "experience"]
Direction = Literal["higher_is_better", "higher_is_worse"]
IMAGE, PDF, TEXT, AUDIO = "image", "pdf", "text", "audio"
UPLOAD_KINDS = (IMAGE, PDF, TEXT, AUDIO)        # what an upload may take, told by content
USUAL_UPLOADS, USUAL_MB, MOST_MB = (IMAGE, PDF), 5, 20
BYTES_OF_MB = 1_000_000
CHOICE_KINDS = frozenset({"single", "multiple", "ranking"})
NUMBER_KINDS = frozenset({"rating", "integer", "decimal"})


@dataclass(frozen=True)
class ScalePoint:
    """One point of a scale, with its number and its words."""

    value: int
    label: Text


@dataclass(frozen=True)
class AnswerScale:
    """The set of points an item is answered on; `nps` scales label only their ends (`points` holds all values)."""

    key: str
    kind: Literal["ordinal", "nps"]
    points: tuple[ScalePoint, ...]
    not_applicable: Text | None = None

    @property
    def low(self) -> int:
        return min(point.value for point in self.points)

    @property
    def high(self) -> int:
        return max(point.value for point in self.points)


@dataclass(frozen=True)
class Construct:
    """What a set of items measures; `direction` says what a high score means after recoding."""

    key: str
    group: ConstructGroup
    direction: Direction
    name: Text
    definition: Text
    module: str | None = None
    mirrors: tuple[str, ...] = ()       # problem constructs whose customer side this facet is
    seed: str = ""
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Choice:
    """One option of a single, multiple or ranking item."""

    value: str
    label: Text
    is_exclusive: bool = False          # rules out every other option
    has_text: bool = False              # "other, please state": the text is stored under `<item>_<value>_text`
    is_missing: bool = False            # "prefer not to say": counts as REFUSED in analysis
    show_if: str | None = None
    is_fixed: bool = False              # keeps its place where the choices are shuffled ("other" stays last)


@dataclass(frozen=True)
class Item:
    """One thing asked, rated, computed or shown."""

    key: str
    section: str
    kind: ItemKind
    text: Text
    construct: str | None = None
    scale: str | None = None
    is_reverse: bool = False
    role: ItemRole | None = None
    expected: tuple[int, ...] = ()      # attention items: the values that show attention
    choices: tuple[Choice, ...] = ()
    max_choices: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    unit: str | None = None
    show_if: str | None = None          # expression; an item that is not relevant reads as empty everywhere
    constraint: str | None = None
    constraint_message: Text | None = None
    calculation: str | None = None
    default: str | None = None
    is_required: bool = False
    hint: Text | None = None
    appearance: str | None = None
    module: str | None = None
    safeguard: str | None = None        # readiness items
    importance_of: str | None = None    # importance items: the facet they weigh
    shuffles_choices: bool = False      # choices shown in an order of the respondent's own
    is_short: bool = False              # asked in the short form too
    accepts: tuple[str, ...] = ()       # uploads: kinds of file that are taken; none named = USUAL_UPLOADS
    largest_mb: int | None = None       # uploads: size that is taken; none named = USUAL_MB

    @property
    def accepted(self) -> tuple[str, ...]:
        """The kinds of file an upload takes."""
        return self.accepts or USUAL_UPLOADS

    @property
    def most_bytes(self) -> int:
        """The bytes an upload takes."""
        return (self.largest_mb or USUAL_MB) * BYTES_OF_MB

    @property
    def stores_answer(self) -> bool:
        return self.kind != "note"


@dataclass(frozen=True)
class Section:
    """One page of a questionnaire."""

    key: str
    kind: str
    title: Text
    show_if: str | None = None
    module: str | None = None
    is_shuffled: bool = False           # items shown in an order of the respondent's own
    block: str | None = None            # sections that stay together, in their own order; None = a block of its own
    shuffle_group: str | None = None    # blocks of one group exchange places


@dataclass(frozen=True)
class Consent:
    """What the respondent agrees to; `is_required` consent must be given before the first item."""

    text: Text
    is_required: bool = True


@dataclass(frozen=True)
class Screen:
    """Whom the questionnaire is not for; `condition` is judged once every item it names has been posted."""

    key: str
    condition: str
    message: Text


@dataclass(frozen=True)
class Quota:
    """How many handed-in responses of one kind are wanted in a wave; later ones of that kind end with `message`."""

    key: str
    condition: str
    limit: int
    message: Text


@dataclass(frozen=True)
class Scoring:
    """How items become a score."""

    method: Literal["mean_of_recoded_items"] = "mean_of_recoded_items"
    min_answered_share: float = 0.66
    two_item_scales_require_all: bool = False


@dataclass(frozen=True)
class Instrument:
    """A questionnaire at one version, in all its languages."""

    key: str
    version: str
    audience: str
    languages: tuple[str, ...]
    title: Text
    sections: tuple[Section, ...]
    items: tuple[Item, ...]
    scales: tuple[AnswerScale, ...] = ()
    constructs: tuple[Construct, ...] = ()
    scoring: Scoring = field(default_factory=Scoring)
    intro: Text = field(default_factory=dict)
    consent: Consent | None = None
    link_consent: Consent | None = None
    withdraw_note: Text = field(default_factory=dict)
    completion: Text = field(default_factory=dict)
    estimated_minutes: int | None = None
    allow_skip: bool = True
    screens: tuple[Screen, ...] = ()
    quotas: tuple[Quota, ...] = ()
    commitment: Text | None = None      # a line to agree to before the first item ("I will answer with care")
    has_progress: bool = False          # show how far along the relevant pages the respondent is
    has_speed_prompt: bool = False      # ask politely, once, after a page that was posted too fast to be read

    def item(self, key: str) -> Item:
        """Return the item of that key; KeyError if there is none."""
        return {item.key: item for item in self.items}[key]

    def has_item(self, key: str) -> bool:
        return any(item.key == key for item in self.items)

    def scale(self, key: str) -> AnswerScale:
        """Return the scale of that key; KeyError if there is none."""
        return {scale.key: scale for scale in self.scales}[key]

    def construct(self, key: str) -> Construct:
        """Return the construct of that key; KeyError if there is none."""
        return {construct.key: construct for construct in self.constructs}[key]

    def items_of_section(self, section_key: str) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.section == section_key)

    def items_of_construct(self, construct_key: str) -> tuple[Item, ...]:
        """Return the items that measure a construct; a question for the reason of a problem only names it."""
        return tuple(item for item in self.items if item.construct == construct_key and item.role != "stated_cause")

    def constructs_of_group(self, group: ConstructGroup) -> tuple[Construct, ...]:
        return tuple(construct for construct in self.constructs if construct.group == group)

    def items_of_role(self, role: ItemRole) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.role == role)
