"""The model of a study template: everything a study brings as data besides its questionnaires.

A template is a folder (`instruments/catalogue/<key>/`) or a zip of one. Nothing here names a trade, a problem or a
cause: those are content.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from instruments.customer_records import FieldClass, LegalBasis, RelationType
from instruments.schema import Construct, Instrument, Text

Operator = Literal["eq", "ne", "in", "ge", "le", "gt", "lt", "exists"]


# ---- interview guide ------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Question:
    """One question of the guide, whom it is put to and which codes it is meant to reach."""

    key: str
    audiences: tuple[str, ...]
    codes: tuple[str, ...]
    text: Text
    probes: tuple[Text, ...] = ()
    is_link_question: bool = False


@dataclass(frozen=True)
class Guide:
    """The interview guide of a study."""

    key: str
    version: str
    languages: tuple[str, ...]
    opening: Text
    closing: Text
    questions: tuple[Question, ...]
    minimum_interviews: int = 9
    target_interviews: int = 14
    minimum_roles: int = 3
    quota: Mapping[str, int] = field(default_factory=dict)
    roles: Mapping[str, Text] = field(default_factory=dict)     # role key → name; the role classes quotes are given by
    never_record: tuple[str, ...] = ()
    minutes: Mapping[str, int] = field(default_factory=dict)    # audience → planned length


# ---- codebook -------------------------------------------------------------------------------------------------------
COLOURS = ("blue", "red", "ochre", "green", "violet", "slate")      # of a top code; told apart with any colour vision
PATTERNS = ("solid", "dashed", "dotted", "double", "wavy")          # of its lines, for whom colours say nothing


@dataclass(frozen=True)
class CodeDefinition:
    """A code with the fields a coder needs; `construct` joins it to the survey."""

    key: str
    parent: str | None
    name: Text
    definition: Text
    include: Text = field(default_factory=dict)
    exclude: Text = field(default_factory=dict)
    example: Text = field(default_factory=dict)
    construct: str | None = None
    strategy: tuple[str, ...] = ()      # measures a suggestion code speaks for
    safeguard: str | None = None
    colour: str | None = None           # one of COLOURS; None = by its place among the top codes
    pattern: str | None = None          # one of PATTERNS
    aliases: tuple[str, ...] = ()       # former keys
    original_colour: str | None = None  # #rrggbb, where another program showed the code so
    has_exclusive_children: bool = False    # of the codes below it a passage gets one at most


@dataclass(frozen=True)
class CodebookQuality:
    """When agreement between coders suffices."""

    double_code_share: float = 0.2
    agreement_statistic: str = "krippendorff_alpha"
    accept_at: float = 0.80
    tentative_at: float = 0.667


@dataclass(frozen=True)
class Codebook:
    """A versioned set of codes; polarity words are supports, contradicts, mixed."""

    key: str
    version: str
    languages: tuple[str, ...]
    codes: tuple[CodeDefinition, ...]
    polarity: Mapping[str, Text] = field(default_factory=dict)
    unit: str = ""
    quality: CodebookQuality = field(default_factory=CodebookQuality)

    def code(self, key: str) -> CodeDefinition:
        """Return the code of that key; KeyError if there is none."""
        return {code.key: code for code in self.codes}[key]

    def ancestors(self, key: str) -> tuple[str, ...]:
        """Return the keys above `key`, nearest first."""
        found: list[str] = []
        parent = self._parents[key]
        while parent is not None and parent not in found:
            found.append(parent)
            parent = self._parents[parent]
        return tuple(found)

    @cached_property
    def groups(self) -> tuple[CodeDefinition, ...]:
        """The top codes with others below them: they head a list of codes and are not counted among these."""
        heads = {code.parent for code in self.codes}
        return tuple(code for code in self.codes if code.parent is None and code.key in heads)

    @property
    def n_codes(self) -> int:
        """How many codes there are besides the groups that they stand in."""
        return len(self.codes) - len(self.groups)

    @cached_property
    def _parents(self) -> Mapping[str, str | None]:
        return {code.key: code.parent for code in self.codes}

    def top_code_of(self, construct_key: str) -> CodeDefinition | None:
        """Return the code nearest the root that is linked to the construct, or None."""
        linked = [code for code in self.codes if code.construct == construct_key]
        return min(linked, key=lambda code: len(self.ancestors(code.key)), default=None)


# ---- strategy rules -------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Condition:
    """One comparison of a metric path with a value."""

    metric: str
    operator: Operator
    value: Any


@dataclass(frozen=True)
class ConditionGroup:
    """`any` or `all` of several conditions."""

    mode: Literal["any", "all"]
    conditions: tuple[Condition | ConditionGroup, ...]


@dataclass(frozen=True)
class Principle:
    key: str
    name: Text
    text: Text


@dataclass(frozen=True)
class Kpi:
    name: Text
    better: Literal["higher", "lower"] = "higher"
    baseline: str | None = None         # metric path or "100 - path"


@dataclass(frozen=True)
class Objective:
    key: str
    problem: str
    name: Text
    kpi: Kpi


@dataclass(frozen=True)
class Strategy:
    key: str
    name: Text
    seed: str = ""


@dataclass(frozen=True)
class MeasurePart:
    key: str
    name: Text


@dataclass(frozen=True)
class Measure:
    """One proposed action of a strategy, with what triggers it and what it acts on (strengths 0..3)."""

    key: str
    strategy: str
    name: Text
    what: Text
    trigger: ConditionGroup
    address_problem: Mapping[str, int]
    address_cause: Mapping[str, int]
    address_facet: Mapping[str, int]
    rationale: Text
    expected_effect: Text
    effort: int
    horizon_months: int
    owner: Text
    kpis: tuple[Kpi, ...]
    safeguards: tuple[str, ...]
    risk: Text
    sizing: str | None = None
    parts: tuple[MeasurePart, ...] = ()
    seed: str = ""
    practices: tuple[str, ...] = ()     # present measures it corresponds to, nearest first: key or choice value
    names_step: bool = False            # whether its text names the slowest step of the entered process


@dataclass(frozen=True)
class Safeguard:
    key: str
    name: Text
    causes: tuple[str, ...]
    what: Text
    owner: Text
    kpi: Kpi
    trigger: ConditionGroup
    readiness_item: str | None = None
    is_always_discussed: bool = True
    seed: str = ""


@dataclass(frozen=True)
class RuleDefaults:
    """Numbers the rules bring; section 11 of the diagnostic model."""

    evidence_weight: Mapping[str, float]
    impact_weights: Mapping[str, float]
    feasibility_weights: Mapping[str, float]
    weight_draws: int = 1000
    dirichlet_concentration: float = 20.0
    stable_rank_probability: float = 0.8
    phases: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class StrategyRules:
    key: str
    version: str
    languages: tuple[str, ...]
    principles: tuple[Principle, ...]
    objectives: tuple[Objective, ...]
    strategies: tuple[Strategy, ...]
    measures: tuple[Measure, ...]
    safeguards: tuple[Safeguard, ...]
    defaults: RuleDefaults


# ---- customer-value model -------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class CustomerField:
    key: str
    type: Literal["string", "enum", "decimal", "integer"]
    name: Text = field(default_factory=dict)
    is_optional: bool = False
    values: tuple[str, ...] = ()
    default: str | None = None
    minimum: float | None = None
    unit: str | None = None
    customer_types: tuple[str, ...] = ()        # whom it applies to; empty = everybody


@dataclass(frozen=True)
class ValuePart:
    key: str
    weight: float
    sources: tuple[str, ...]
    rule: str = ""


@dataclass(frozen=True)
class Tier:
    key: str
    minimum: float
    name: Text


@dataclass(frozen=True)
class Stage:
    key: str
    name: Text
    when: str                           # expression over the file's columns
    theory: str = ""


@dataclass(frozen=True)
class ValueModel:
    """How a customer file is read, valued, tiered and staged."""

    key_field: str
    required: tuple[str, ...]
    fields: tuple[CustomerField, ...]
    checks: tuple[str, ...]
    parts: tuple[ValuePart, ...]
    minimum_weight_present: float
    clv: Mapping[str, Any]
    tiers: Mapping[str, tuple[Tier, ...]]           # customer type → ascending tiers
    upper_tiers: Mapping[str, tuple[str, ...]]
    tier_policy: Mapping[str, Any]
    stages: tuple[Stage, ...]
    flags: Mapping[str, str]                        # name → expression
    stage_actions: Mapping[str, Text]
    outputs: tuple[str, ...] = ()
    comparisons: Mapping[str, float] = field(default_factory=dict)  # "part/part" → times; the weights follow from them
    field_classes: tuple[FieldClass, ...] = ()      # of the completeness file
    relation_types: tuple[RelationType, ...] = ()   # of the relations file
    legal_bases: tuple[LegalBasis, ...] = ()


# ---- the template ---------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Reference:
    """A source that thresholds, constructs or the theory page rest on."""

    key: str
    citation: str
    wording: Text = field(default_factory=dict)     # of a language that cites it in a form of its own


@dataclass(frozen=True)
class GlossaryEntry:
    term: Text
    meaning: Text
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Perspective:
    """One of the views a report's summary is told by, such as mechanism or technology, with its constructs."""

    key: str
    name: Text
    constructs: tuple[str, ...]


USUAL_SERVED = "customer"       # the audience's key where no questionnaire asks about experience


@dataclass(frozen=True)
class Called:
    """What a study calls one and many of those whom the organisation serves, or of its staff: patients, teachers …"""

    one: Text
    many: Text


@dataclass(frozen=True)
class StudyTemplate:
    """A study without data."""

    key: str
    version: str
    title: Text
    aim: Text
    population: Text
    languages: tuple[str, ...]
    instruments: tuple[Instrument, ...]
    guide: Guide | None = None
    codebook: Codebook | None = None
    rules: StrategyRules | None = None
    value_model: ValueModel | None = None
    organisation: Text = field(default_factory=dict)         # the anonymised label, e.g. "Company A, north"
    report_title: Text = field(default_factory=dict)
    theory: tuple[Text, ...] = ()                            # paragraphs of the theory page
    glossary: tuple[GlossaryEntry, ...] = ()
    references: tuple[Reference, ...] = ()
    thresholds: Mapping[str, float] = field(default_factory=dict)
    perspectives: tuple[Perspective, ...] = ()               # the summary by people, process, technology …
    privacy: Mapping[str, str] = field(default_factory=dict)  # questionnaire → anonymous, confidential, identified
    served: Called | None = None                             # what the served are called; None = customers
    staff: Called | None = None                              # what those are called who work there; None = staff

    def instrument(self, key: str) -> Instrument:
        """Return the questionnaire of that file stem or key; KeyError if there is none."""
        for instrument in self.instruments:
            if key in (instrument.key, instrument.audience):
                return instrument
        raise KeyError(key)

    @property
    def constructs(self) -> tuple[Construct, ...]:
        return tuple(construct for instrument in self.instruments for construct in instrument.constructs)

    @property
    def served_audience(self) -> str:
        """The audience whose experience is asked: those whom the organisation serves."""
        return next((instrument.audience for instrument in self.instruments
                     if instrument.constructs_of_group("experience")), USUAL_SERVED)

    def construct(self, key: str) -> Construct:
        """Return the construct of that key; KeyError if there is none."""
        return {construct.key: construct for construct in self.constructs}[key]
