"""Every wording of a study template besides its questionnaires."""

from __future__ import annotations

from collections.abc import Iterator

from instruments.template import (
    Codebook,
    Guide,
    Kpi,
    Measure,
    Safeguard,
    StrategyRules,
    StudyTemplate,
    ValueModel,
)
from instruments.wording_checks import Wording


def template_wordings(template: StudyTemplate) -> Iterator[Wording]:
    """Yield every wording of a template apart from its questionnaires."""
    yield from _study(template)
    if template.guide is not None:
        yield from _guide(template.guide)
    if template.codebook is not None:
        yield from _codebook(template.codebook)
    if template.rules is not None:
        yield from _rules(template.rules)
    if template.value_model is not None:
        yield from _value_model(template.value_model)


def _study(template: StudyTemplate) -> Iterator[Wording]:
    for name in ("title", "aim", "population"):
        yield f"study, {name}", getattr(template, name), True
    yield "study, organisation", template.organisation, False
    yield "study, title of the report", template.report_title, False
    for number, paragraph in enumerate(template.theory, 1):
        yield f"study, theory paragraph {number}", paragraph, True
    for number, entry in enumerate(template.glossary, 1):
        yield f"study, glossary entry {number}, term", entry.term, True
        yield f"study, glossary entry {number}, meaning", entry.meaning, True
    for perspective in template.perspectives:
        yield f"study, perspective {perspective.key}", perspective.name, True
    if template.served is not None:
        yield "study, one of the served", template.served.one, True
        yield "study, the served", template.served.many, True


def _guide(guide: Guide) -> Iterator[Wording]:
    yield "interview guide, opening", guide.opening, True
    yield "interview guide, closing", guide.closing, True
    for role, name in guide.roles.items():
        yield f"interview guide, role {role}", name, True
    for question in guide.questions:
        yield f"question {question.key}", question.text, True
        for number, probe in enumerate(question.probes, 1):
            yield f"question {question.key}, probe {number}", probe, True


def _codebook(codebook: Codebook) -> Iterator[Wording]:
    for word, meaning in codebook.polarity.items():
        yield f"codebook, polarity {word}", meaning, True
    for code in codebook.codes:
        yield f"code {code.key}", code.name, True
        yield f"code {code.key}, definition", code.definition, True
        yield f"code {code.key}, include", code.include, False
        yield f"code {code.key}, exclude", code.exclude, False
        yield f"code {code.key}, example", code.example, False


def _rules(rules: StrategyRules) -> Iterator[Wording]:
    for principle in rules.principles:
        yield f"principle {principle.key}", principle.name, True
        yield f"principle {principle.key}, text", principle.text, True
    for objective in rules.objectives:
        yield f"objective {objective.key}", objective.name, True
        yield from _kpis(f"objective {objective.key}", (objective.kpi,))
    for strategy in rules.strategies:
        yield f"strategy {strategy.key}", strategy.name, True
    for measure in rules.measures:
        yield from _measure(measure)
    for safeguard in rules.safeguards:
        yield from _safeguard(safeguard)


def _kpis(where: str, kpis: tuple[Kpi, ...]) -> Iterator[Wording]:
    for number, kpi in enumerate(kpis, 1):
        yield f"{where}, kpi {number}", kpi.name, True


def _measure(measure: Measure) -> Iterator[Wording]:
    where = f"measure {measure.key}"
    yield where, measure.name, True
    for name in ("what", "rationale", "expected_effect", "owner", "risk"):
        yield f"{where}, {name}", getattr(measure, name), True
    for part in measure.parts:
        yield f"{where}, part {part.key}", part.name, True
    yield from _kpis(where, measure.kpis)


def _safeguard(safeguard: Safeguard) -> Iterator[Wording]:
    where = f"safeguard {safeguard.key}"
    for name in ("name", "what", "owner"):
        yield f"{where}, {name}", getattr(safeguard, name), True
    yield from _kpis(where, (safeguard.kpi,))


def _value_model(model: ValueModel) -> Iterator[Wording]:
    for field in model.fields:
        yield f"value model, column {field.key}", field.name, False
    for customer_type, tiers in model.tiers.items():
        for tier in tiers:
            yield f"value model, tier {tier.key} of {customer_type}", tier.name, True
    for stage in model.stages:
        yield f"value model, stage {stage.key}", stage.name, True
    for key, action in model.stage_actions.items():
        yield f"value model, action of stage {key}", action, True
    yield from _other_files(model)


def _other_files(model: ValueModel) -> Iterator[Wording]:
    for one in model.field_classes:
        yield f"value model, record class {one.key}", one.name, True
        for record in one.fields:
            yield f"value model, record field {record.key}", record.name, True
    for kind in model.relation_types:
        yield f"value model, connection {kind.key}", kind.name, True
    for basis in model.legal_bases:
        yield f"value model, legal basis {basis.key}", basis.name, True
