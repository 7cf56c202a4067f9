"""Every finding of a diagnosis under its short name, with what each of its figures was computed from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from analysis.diagnosis.trace.design import Design
from analysis.diagnosis.trace.names import ALL_LINKS, Name, finding_names
from analysis.diagnosis.trace.paths import RECIPES, path_inputs, split_path
from analysis.diagnosis.trace.rulings import Rules
from analysis.results.diagnosis import Diagnosis
from analysis.results.trace import Kind, PathInputs, Ruling, TracedFinding
from instruments.template import StudyTemplate

FAMILY_OF: Mapping[Kind, str] = {
    "problem": "problem", "cause": "cause", "link": "link", "links": "links", "situation": "situation",
    "experience": "facet", "outcome": "outcome", "figure": "data", "measure": "measure", "strategy": "strategy",
    "safeguard": "safeguard", "objective": "objective", "audience": "quality", "item": "item", "code": "interview",
}
KIND_OF: Mapping[str, Kind] = {family: kind for kind, family in FAMILY_OF.items()}
TABLES = ("customers_by_tier_and_stage", "aum_by_tier_and_stage")


@dataclass(frozen=True)
class ChainStep:
    """One line of the way from a figure down to answers; `is_repeated` where its own inputs stand further up."""

    depth: int
    inputs: PathInputs
    is_repeated: bool = False


class Ledger:
    """All findings of one diagnosis by short name; reads the diagnosis, computes nothing new."""

    def __init__(self, diagnosis: Diagnosis, template: StudyTemplate) -> None:
        self.diagnosis, self.template = diagnosis, template
        self.design, self.rules = Design(template), Rules(diagnosis, Design(template))
        figures = (*diagnosis.customers.figures, *TABLES) if diagnosis.customers else ()
        self.names: Mapping[str, Name] = {name.id: name for name in finding_names(template, figures)}
        self._found: dict[str, TracedFinding] = {}
        self._by_key = {(name.kind, name.key): name.id for name in self.names.values()}

    # ---- from a path or key to a finding ------------------------------------------------------------------------
    def id_of(self, kind: Kind, key: str) -> str:
        """Return the short name of a finding, or "" where there is none."""
        return self._by_key.get((kind, key), "")

    def id_of_path(self, path: str) -> str:
        """Return the short name of the finding that a metric path belongs to, or ""."""
        family, key, field = split_path(path)
        if family == "comment":
            return self.id_of("code", key.partition(".")[2]) or self.id_of("audience", key.split(".")[0])
        special: Mapping[str, tuple[Kind, str]] = {
            "link": ("link", key.replace(".", ">", 1)), "gap": ("problem", key.split(".")[0]),
            "data": ("figure", field), "quality": ("audience", key or self.design.audience), "links": ("links", "")}
        if family in special:
            return self.id_of(*special[family])
        return self.id_of(KIND_OF[family], key) if family in KIND_OF else ""

    def ids_of(self, paths: Iterable[str]) -> tuple[str, ...]:
        """Return the short names of the findings that these paths belong to, each once, in their order."""
        return tuple(dict.fromkeys(own for path in paths for own in [self.id_of_path(path)] if own))

    def find(self, key: str) -> TracedFinding | None:
        """Return the finding of a short name or of a metric path; None where there is neither."""
        name = self.names.get(key) or self.names.get(self.id_of_path(key))
        return None if name is None else self._finding(name)

    def inputs(self, path: str) -> PathInputs | None:
        """Return what a metric path was computed from; None where no diagnosis of the template produces it."""
        return path_inputs(self.design, path, self.value(path))

    def findings(self) -> Iterator[TracedFinding]:
        """Return every finding in the order of the names."""
        return (self._finding(name) for name in self.names.values())

    def chain(self, paths: Iterable[str]) -> tuple[ChainStep, ...]:
        """Return the way from these paths down to answers, codings and columns of the file, depth first."""
        seen: set[str] = set()
        return tuple(step for path in paths for step in self._walk(path, 0, seen))

    def _walk(self, path: str, depth: int, seen: set[str]) -> Iterator[ChainStep]:
        found = self.inputs(path)
        if found is None:
            return
        is_repeated = path in seen and bool(found.paths)
        seen.add(path)
        yield ChainStep(depth, found, is_repeated)
        for inside in () if is_repeated else found.paths:
            yield from self._walk(inside, depth + 1, seen)

    # ---- values -------------------------------------------------------------------------------------------------
    def value(self, path: str) -> Any:
        """Return what the diagnosis found for a path; None = not known."""
        if path in self.diagnosis.metrics:
            return self.diagnosis.metrics[path]
        family, key, field = split_path(path)
        return self._beside.get((family, key), {}).get(field)

    @cached_property
    def _beside(self) -> Mapping[tuple[str, str], Mapping[str, Any]]:
        """Values of findings that are no metric of the model: measures, objectives, outcomes, strategies, links."""
        diagnosis = self.diagnosis
        found: dict[tuple[str, str], Mapping[str, Any]] = {
            ("links", ""): {"n": diagnosis.link_model.n}}
        for measure in diagnosis.measures:
            found["measure", measure.key] = {
                "verdict": measure.verdict, "rank": measure.rank, "priority": measure.priority, "size": measure.size,
                "impact": measure.impact, "feasibility": measure.feasibility,
                "rank_top3_probability": measure.rank_probability_top3}
        for objective in diagnosis.objectives:
            found["objective", objective.key] = {"active": objective.is_active, "baseline": objective.kpi.baseline}
        for level in diagnosis.outcomes:
            found["outcome", level.construct] = {
                "mean": level.mean, "pomp": level.pomp, "unfavourable_pct": _percent(level.unfavourable)}
        for family, levels in (("facet", [f.level for f in diagnosis.facets]),
                               ("cause", [c.level for c in diagnosis.causes]),
                               ("situation", [s.level for s in diagnosis.situation])):
            for level in levels:
                found[family, level.construct] = {"mean": level.mean,
                                                  "unfavourable_pct": _percent(level.unfavourable)}
        for strategy in self.template.rules.strategies if self.template.rules else ():
            found["strategy", strategy.key] = {"measures": self._n_proposed(strategy.key)}
        return found

    def _n_proposed(self, strategy: str) -> int:
        rules = self.template.rules
        inside = {m.key for m in rules.measures if m.strategy == strategy} if rules else set()
        return sum(m.key in inside and m.verdict == "proposed" for m in self.diagnosis.measures)

    # ---- findings -----------------------------------------------------------------------------------------------
    def _finding(self, name: Name) -> TracedFinding:
        if name.id not in self._found:
            self._found[name.id] = TracedFinding(name.id, name.kind, name.key, self._paths(name), self._rulings(name),
                                                 self._related(name))
        return self._found[name.id]

    def _paths(self, name: Name) -> tuple[str, ...]:
        family = FAMILY_OF[name.kind]
        if name.kind == "figure":
            return (f"data.{name.key}",)
        if name.kind == "links":
            return ("links.n",)
        key = name.key.replace(">", ".", 1) if name.kind == "link" else name.key
        stem = f"{family}.{key}"
        own = tuple(f"{stem}.{field}" for field in RECIPES[family])
        if name.kind == "item":
            item = self.design.items[name.key][1]
            return own if item.construct else own[:1]
        if name.kind == "problem":
            gaps = (f"gap.{key}.{facet}.{field}" for facet in self.design.facets_of(key) for field in RECIPES["gap"])
            return (*own, *gaps)
        return own

    def _related(self, name: Name) -> tuple[str, ...]:
        """Return the short names of what a finding is made of or stands beside."""
        key, design = name.key, self.design
        if name.kind == "problem":
            links = [self.id_of("link", f"{cause}>{key}") for cause in design.of_group("cause")]
            facets = [self.id_of("experience", facet) for facet in design.facets_of(key)]
            return tuple(filter(None, (*facets, *links, *(self.id_of("code", code) for code in design.code_of(key)))))
        if name.kind == "cause":
            links = [self.id_of("link", f"{key}>{problem}") for problem in design.of_group("problem")]
            return tuple(filter(None, (*links, *(self.id_of("code", code) for code in design.code_of(key)))))
        if name.kind == "link":
            cause, problem = key.split(">")
            return (self.id_of("cause", cause), self.id_of("problem", problem), ALL_LINKS)
        if name.kind == "links":
            return tuple(own.id for own in self.names.values() if own.kind == "link")
        return self.ids_of(path for own in self._paths(name) for found in [self.inputs(own)] if found
                           for path in found.paths)

    def _rulings(self, name: Name) -> tuple[Ruling, ...]:
        makers = {"problem": self._of_problem, "cause": self._of_cause, "link": self._of_link,
                  "situation": self._of_situation, "experience": self._of_facet, "measure": self._of_measure,
                  "safeguard": self._of_safeguard, "objective": self._of_objective, "audience": self._of_audience,
                  "code": self._of_code}
        return makers[name.kind](name.key) if name.kind in makers else ()

    def _of_problem(self, key: str) -> tuple[Ruling, ...]:
        found = next((p for p in self.diagnosis.problems if p.level.construct == key), None)
        if found is None:
            return ()
        facets = [self.rules.facet(f) for f in self.diagnosis.facets if key in f.mirrors]
        return (self.rules.grade(found), self.rules.level(found.level, "problem"), self.rules.band(found),
                *([self.rules.voices(found.interview)] if found.interview else []), *facets)

    def _of_cause(self, key: str) -> tuple[Ruling, ...]:
        found = next((c for c in self.diagnosis.causes if c.level.construct == key), None)
        if found is None:
            return ()
        voices = [self.rules.voices(found.interview)] if found.interview else []
        return (self.rules.cause(found), self.rules.level(found.level, "cause"), *voices)

    def _of_link(self, key: str) -> tuple[Ruling, ...]:
        cause, problem = key.split(">")
        found = next((x for x in self.diagnosis.links if (x.cause, x.problem) == (cause, problem)), None)
        return self.rules.link(found) if found else ()

    def _of_situation(self, key: str) -> tuple[Ruling, ...]:
        found = next((s for s in self.diagnosis.situation if s.level.construct == key), None)
        return (self.rules.situation(found),) if found else ()

    def _of_facet(self, key: str) -> tuple[Ruling, ...]:
        found = next((f for f in self.diagnosis.facets if f.level.construct == key), None)
        return (self.rules.facet(found), self.rules.quadrant(found)) if found else ()

    def _of_measure(self, key: str) -> tuple[Ruling, ...]:
        found = next((m for m in self.diagnosis.measures if m.key == key), None)
        return self.rules.measure(found) if found else ()

    def _of_safeguard(self, key: str) -> tuple[Ruling, ...]:
        found = next((s for s in self.diagnosis.safeguards if s.key == key), None)
        return (self.rules.safeguard(found),) if found else ()

    def _of_objective(self, key: str) -> tuple[Ruling, ...]:
        found = next((o for o in self.diagnosis.objectives if o.key == key), None)
        return (self.rules.objective(found),) if found else ()

    def _of_audience(self, key: str) -> tuple[Ruling, ...]:
        found = self.diagnosis.screening.get(key)
        return (self.rules.audience(found),) if found else ()

    def _of_code(self, key: str) -> tuple[Ruling, ...]:
        found = next((e for e in self.diagnosis.interviews if e.code == key), None)
        return (self.rules.voices(found),) if found else ()


def _percent(share: Any) -> float | None:
    return None if share is None or share.value is None else 100 * share.value
