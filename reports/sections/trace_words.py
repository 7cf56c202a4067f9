"""Figures, conditions and names of the trace in words: for the page of a finding and for the report's ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from analysis.diagnosis.thresholds import THRESHOLDS
from analysis.diagnosis.trace.design import trigger_paths
from analysis.diagnosis.trace.ledger import Ledger
from analysis.diagnosis.trace.paths import split_path
from analysis.results.diagnosis import InterviewEvidence
from analysis.results.trace import HIDDEN_COUNT, Check, ItemAnswers, PathInputs, Ruling, TracedFinding
from analysis.told_figures import SHARE
from instruments.template import Condition, ConditionGroup
from reports.numbers import HIDDEN, fixed, printed
from reports.sections.customer_file import STYLES
from reports.sections.customer_source import customer_source
from reports.sections.file_figures import is_hidden, told_limit, told_share, told_size
from reports.sections.source import Source, capitalised

AGREEMENT = frozenset({"agreement_value", "agreement_accepted"})
PARTS = frozenset({"part_problem", "part_cause", "part_customer", "part_low_effort", "part_readiness",
                   "part_support"})                         # 0..1
OF_HUNDRED = frozenset({"part_impact", "part_feasibility", "part_priority"})
MOST_PLACES = 6
# Where there is a completeness file, these figures come from it and not from cells of the customer file.
OF_RECORDS = frozenset({"completeness_pct", "incomplete_records_count", "stale_fields_pct", "stale_records_count",
                        "median_age_days"})
SHARES = frozenset({"share", "rank_top2_probability", "rank_top3_probability", "response_rate", "top_decile_aum_share",
                    "excluded", "part_rank_probability", "excluded_doubtful_share", "excluded_stop_share"})
POINTS = frozenset({"pomp", "pomp_high", "pomp_low", "readiness"})      # of 100, with one place
HUNDREDS = frozenset({"impact", "feasibility", "priority"})     # of 100, printed as the report prints them
# Told beside the number of all measures proposed.
OF_PROPOSED = {("measure", "rank"): "trace.rank_of", ("strategy", "measures"): "trace.measures_of"}
LARGE = 1000
WORD_FAMILIES = ("grade", "status", "quadrant", "tag", "band", "cap", "cause_reading", "quality", "agreement",
                 "verdict")
SIGNS = {"ge": "≥", "le": "≤", "gt": ">", "lt": "<", "eq": "=", "ne": "≠"}
MARKS = {"true": "✓", "false": "✗", "unknown": "?"}
OPERATORS = frozenset({"ge", "le", "gt", "lt", "eq", "ne", "in", "exists"})


class TraceWords:
    """Says what the ledger of a study holds, in the language of its report."""

    def __init__(self, study: Source, ledger: Ledger) -> None:
        self.study, self.ledger, self.words = study, ledger, study.words

    # ---- names ----------------------------------------------------------------------------------------------
    def name(self, found: TracedFinding) -> str:
        """Return what a finding is called."""
        study, kind, key = self.study, found.kind, found.key
        if kind == "link":
            return self.words.text("causes.pair", **dict(zip(("cause", "problem"), map(study.name, key.split(">")),
                                                             strict=True)))
        if kind in ("links", "audience"):
            return (self.words.text("trace_kind.links") if kind == "links" else capitalised(study.audience(key)))
        if kind == "item":
            item = study.item(key)
            return study.read(item.text).rstrip(".。") if item else key
        if kind == "figure":
            return self.words.text(f"data.{key}") if self.words.has(f"data.{key}") else key.replace("_", " ")
        if kind == "code":
            return study.code(key)
        return self._of_rules(kind, key) or study.name(key)

    def _of_rules(self, kind: str, key: str) -> str:
        rules = self.study.template.rules
        if rules is None:
            return ""
        found: Iterable[Any] = {"measure": rules.measures, "strategy": rules.strategies,
                                "safeguard": rules.safeguards, "objective": rules.objectives}.get(kind, ())
        return next((self.study.read(one.name) for one in found if one.key == key), "")

    def path_name(self, path: str) -> str:
        """Return what a metric path is called: the finding it belongs to, and the figure of it."""
        family, key, field = split_path(path)
        found = self.ledger.find(path)
        name = self.name(found) if found else key
        if family == "gap":
            name = self.study.name(key.partition(".")[2])
        if family == "data":
            return name
        if family == "item":                            # a whole sentence, set off as one
            name = self.words.text("trace.quoted", name=name.rstrip(".。"))
        if self.words.has(f"trace_subject.{field}"):
            return self.words.text(f"trace_subject.{field}", name=name)
        return self.words.text("triggers.subject", name=name, field=self.field(field, family))

    def field(self, field: str, family: str = "") -> str:
        """Return what a figure is called, by a name of its own where its family has one."""
        if self.words.has(f"trace_field.{family}_{field}"):
            return self.words.text(f"trace_field.{family}_{field}")
        if self.words.has(f"trace_field.{field}"):
            return self.words.text(f"trace_field.{field}")
        return self.words.text(f"field.{field}") if self.words.has(f"field.{field}") else field.replace("_", " ")

    # ---- values ---------------------------------------------------------------------------------------------
    def value(self, value: Any, what: str = "") -> str:
        """Return a value in words or figures; `what` tells which figure it is."""
        words = self.words
        if value is None or isinstance(value, dict) or value == "-":
            return words.text("trace.not_found" if value is None else "trace.none")
        if isinstance(value, bool):
            return words.text("triggers.yes" if value else "triggers.no")
        if isinstance(value, (int, float)):
            return self._figure(float(value), what)
        if isinstance(value, (list, tuple)):
            return words.text("triggers.or").join(self.value(part) for part in value)
        if words.has(f"trace_result.{value}"):
            return words.text(f"trace_result.{value}")
        family = next((own for own in WORD_FAMILIES if words.has(f"{own}.{value}")), "")
        return words.text(f"{family}.{value}") if family else str(value)

    def _figure(self, value: float, what: str) -> str:
        if what in SHARES or what.endswith(SHARE):
            return printed(value, "percent") if what in SHARES else told_limit(value)
        if what in AGREEMENT:
            return printed(value, self.study.style_of_agreement(value))
        if what in PARTS or what in OF_HUNDRED:
            return self.words.text("trace.of_hundred", value=value if what in OF_HUNDRED else 100 * value)
        if what.startswith("q_"):
            return printed(value, "p", self.study.language)
        is_count = value == int(value) and (abs(value) >= 1 or value == 0)
        if what not in POINTS and (is_count or abs(value) >= LARGE):
            return printed(value, "count")
        return printed(value, "points1" if what in POINTS else "mean")

    def path_value(self, found: PathInputs, target: object = None) -> str:
        """Return the value of a path as it may be shown: few customers, or a sum of mostly one, stay hidden."""
        family, key, field = split_path(found.path)
        if (family, field) == ("problem", "severity") and found.value in (None, "-"):
            return self.words.text("trace.no_band")
        if family == "measure" and (found.value is None or field in HUNDREDS) and field != "size":
            return self.words.text("trace.not_ranked" if found.value is None else "trace.of_hundred", value=found.value)
        if (family, field) in OF_PROPOSED:
            return self.words.text(OF_PROPOSED[family, field], value=float(found.value or 0),
                                   n=len(self.study.proposed))
        if found.value is not None and (family, field) in (("measure", "size"), ("objective", "baseline")):
            return self._of_plan(family, key, float(found.value))
        picture = self.study.diagnosis.customers
        if family != "data" or picture is None:
            return self._share_or(found.value, field, target)
        return self._of_file(found, field, picture.figures, target)

    def _of_file(self, found: PathInputs, field: str, figures: Mapping[str, float | None], target: object) -> str:
        """Return a figure of the customer file, money in its unit, few customers hidden."""
        if field not in figures:                        # a table: its cells stand in the report, under its own rule
            return self.words.text("trace.stated")
        if is_hidden(self.study, found.path):
            return HIDDEN
        money = customer_source(self.study) if field in STYLES and found.value is not None else None
        if money is not None and money.money:
            return self.words.text("trace.amount", value=float(found.value), unit=money.money)
        return self._share_or(found.value, field, target)

    def _of_plan(self, family: str, key: str, value: float) -> str:
        """Return a size or baseline in its unit, hidden with the figure of the file that it is."""
        study, rules = self.study, self.study.template.rules
        if family == "measure":
            return told_size(study, study.measure(key).sizing or "", value)
        kpi = next(one.kpi for one in study.diagnosis.objectives if one.key == key)
        paths = [one.kpi.baseline for one in (rules.objectives if rules else ()) if one.key == key]
        return HIDDEN if any(is_hidden(study, path or "") for path in paths) else study.kpi_value(kpi, value)

    def _share_or(self, value: Any, field: str, target: object = None) -> str:
        is_share = field.endswith(SHARE) and isinstance(value, int | float) and not isinstance(value, bool)
        return told_share(self.words, value, target) if is_share else self.value(value, field)

    def threshold(self, name: str) -> str:
        """Return a threshold by its meaning and value."""
        if name == "favourable_at":                     # told as the border of the other side
            return self.words.text("trace.low_is_unfavourable", value=self.study.threshold(name, 2.5))
        value = self.study.diagnosis.provenance.thresholds.get(name)
        meaning = THRESHOLDS[name].meaning.get(self.study.language, name) if name in THRESHOLDS else name
        return self.words.text("trace.threshold", meaning=self.words.named(meaning),
                               value=self.words.text("trace.not_found") if value is None else f"{value:g}")

    # ---- rules ----------------------------------------------------------------------------------------------
    def rule(self, ruling: Ruling) -> str:
        return self.words.text(f"trace_rule.{ruling.rule}")

    def short_rule(self, ruling: Ruling) -> str:
        short = f"trace_short.{ruling.rule}"
        return self.words.text(short) if self.words.has(short) else self.rule(ruling)

    def result(self, ruling: Ruling) -> str:
        if ruling.result in (None, "-"):
            own = f"trace.no_{ruling.rule}"
            return self.words.text(own if self.words.has(own) else "trace.stated")
        reading = next((cause for cause in self.study.diagnosis.causes if ruling.rule == "reading" and any(
            check.path.startswith(f"cause.{cause.level.construct}.") for check in ruling.checks)), None)
        return self.words.text(self.study.cause_reading(reading)) if reading else self.value(ruling.result)

    def combination(self, ruling: Ruling) -> str:
        """Return which conditions must hold together and which of several are enough; "" where there is one only."""
        rules, paths = self.study.template.rules, {check.path for check in ruling.checks if check.what == "metric"}
        triggers = [*(m.trigger for m in rules.measures), *(s.trigger for s in rules.safeguards)] if rules else []
        trigger = next((one for one in triggers if set(trigger_paths(one)) == paths), None)
        if len(paths) == 1 or not isinstance(trigger, ConditionGroup):
            return ""
        return self._combined(trigger)

    def _combined(self, trigger: Condition | ConditionGroup) -> str:
        if isinstance(trigger, Condition):
            ids = () if split_path(trigger.metric)[0] == "safeguard" else self.ledger.ids_of((trigger.metric,))
            return " ".join(ids) or self.path_name(trigger.metric)
        parts = [self.words.text("trace.combination_inside", rule=self._combined(part))
                 if isinstance(part, ConditionGroup) and len(part.conditions) > 1 else self._combined(part)
                 for part in trigger.conditions]
        return self.words.text(f"trace.combination_{trigger.mode}").join(parts)

    def what(self, check: Check) -> str:
        if check.what == "metric":
            return self.path_name(check.path)
        own = f"trace_check.{split_path(check.path)[0]}_{check.what}"
        return self.words.text(own if self.words.has(own) else f"trace_check.{check.what}")

    def found(self, check: Check) -> str:
        """Return what a condition found, hidden where the figure is."""
        if check.what == "metric":
            inputs = self.ledger.inputs(check.path)
            return (self.path_value(inputs, check.target) if inputs and check.value is not None
                    else self.value(check.value))
        if check.what in ("baseline", "target") and check.value is not None:
            return self._of_plan("objective", split_path(check.path)[1], float(check.value))
        return self._apart(check) or self.value(check.value, check.what)

    def _apart(self, check: Check) -> str:
        """Return a figure with as many places as keep it on its own side of the limit; "" where the usual ones do."""
        value, target = check.value, check.target
        if (check.operator not in SIGNS or isinstance(value, bool) or not isinstance(value, int | float)
                or not isinstance(target, int | float) or value == target
                or self.value(value, check.what) != self.value(target, check.what)):
            return ""
        factor, sign = (100, "%") if check.what in SHARES else (1, "")
        places = next((n for n in range(1, MOST_PLACES) if fixed(value * factor, n) != fixed(target * factor, n)),
                      MOST_PLACES)
        return f"{fixed(value * factor, places)}{sign}"

    def wanted(self, check: Check) -> str:
        """Return what a condition asks for, or "" of a part that is only stated."""
        if check.operator not in OPERATORS:
            return ""
        return self.words.text(f"triggers.{check.operator}", target=self._limit(check))

    def _limit(self, check: Check) -> str:
        """Return what is asked for: a threshold as it is set, another limit as its figure is printed."""
        if check.what == "metric":
            return self.value(check.target, split_path(check.path)[2])
        if isinstance(check.target, bool) or not isinstance(check.target, int | float) or check.threshold in SHARES:
            return self.value(check.target, check.threshold)
        return f"{check.target:g}"

    def outcome(self, check: Check) -> str:
        key = {"true": "yes", "false": "no", "unknown": "open", "told": "stated"}[check.outcome]
        return self.words.text(f"trace.{key}")

    def short(self, check: Check) -> str:
        """Return a condition in short: what was found against what is asked for, marked whether it holds."""
        short = f"trace_short.{check.what}"
        what = self.words.text(short) if self.words.has(short) else self.what(check)
        value, sign = self.found(check), SIGNS.get(check.operator, "")
        if isinstance(check.target, bool):
            text = self.words.text("trace.told", what=what, value=value)
        elif sign and check.target is not None:
            text = f"{what} {value} {sign} {self._limit(check)}"
        elif check.outcome == "told" or check.target is None:
            text = self.words.text("trace.told", what=what, value=value)
        else:
            text = self.words.text("trace.compared", what=what, value=value, rule=self.wanted(check))
        mark = MARKS.get(check.outcome, "")
        return f"{mark} {text}" if mark else text

    # ---- what stands behind ---------------------------------------------------------------------------------
    def items(self, keys: Iterable[str]) -> str:
        """Return items with mean and number of answers."""
        told = [self._item(answers) for key in keys for answers in [self.answers(key)] if answers is not None]
        return self.words.text("evidence.list_between").join(told)

    def _item(self, answers: ItemAnswers) -> str:
        phrase = "trace.item" if answers.mean is not None else "trace.item_n"
        return self.words.text(phrase, key=answers.item, mean=answers.mean, n=answers.n)

    def answers(self, key: str) -> ItemAnswers | None:
        """Return what is stored of the answers to an item; of older results what their frequencies say."""
        stored = self.study.diagnosis.item_answers.get(key)
        if stored is not None:
            return stored
        counts = next((level.item_frequencies[key] for level in self._levels() if key in level.item_frequencies), None)
        instrument = self.study.instrument_of(key)
        if counts is None or instrument is None:
            return None
        mean = self.study.diagnosis.metrics.get(f"item.{key}.mean")
        return ItemAnswers(key, instrument.audience, sum(counts), mean)

    def _levels(self) -> list[Any]:
        found = self.study.diagnosis
        return [*(p.level for p in found.problems), *(c.level for c in found.causes),
                *(s.level for s in found.situation), *(f.level for f in found.facets), *found.outcomes]

    def missing(self, answers: ItemAnswers) -> str:
        """Return why people are without an answer to an item, in counts that disclose nobody."""
        words = self.words
        if not answers.missing:
            return words.text("trace.missing_unknown")
        told = [words.text(f"trace.missing_{reason}", n=HIDDEN if n == HIDDEN_COUNT else printed(float(n), "count"))
                for reason, n in answers.missing.items() if n]
        if set(answers.missing.values()) == {HIDDEN_COUNT}:
            return HIDDEN
        return words.text("evidence.list_between").join(told) or words.text("trace.missing_none")

    def evidence(self, code: str) -> InterviewEvidence | None:
        found = (*self.study.diagnosis.interviews, *self.study.diagnosis.customer_interviews)
        return next((one for one in found if one.code == code), None)

    def code(self, key: str) -> str:
        """Return a code with how many of those asked say so."""
        found = self.evidence(key)
        if found is None or not found.n_asked:
            return self.words.text("trace.code_none", code=key)
        if self.study.is_of_few(found.n_asked):
            return self.words.text("trace.code_few", code=key)
        return self.words.text("trace.code", code=key, k=found.supports, n=found.n_asked, x=found.contradicts)

    def fields(self, found: PathInputs) -> tuple[str, ...]:
        """Return the columns of the customer file behind a figure; none where the completeness file gave it."""
        return () if self.is_of_records(found) else found.fields

    def is_of_records(self, found: PathInputs) -> bool:
        """Return whether a figure was computed from the completeness file."""
        picture, (family, _, field) = self.study.diagnosis.customers, split_path(found.path)
        return family == "data" and field in OF_RECORDS and picture is not None and picture.records is not None

    def columns(self, fields: Iterable[str]) -> str:
        """Return columns of the customer file by the names that the value model gives them."""
        model = self.study.template.value_model
        names = {field.key: self.study.read(field.name) if field.name else field.key.replace("_", " ")
                 for field in (model.fields if model else ())}
        return self.words.text("evidence.list_between").join(names.get(key, key) for key in fields)
