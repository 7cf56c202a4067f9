"""StudyTemplate → the zip of its folder; loading the zip gives an equal template."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Any

from instruments.fields import SCHEMA_VERSION
from instruments.schema import Text
from instruments.template import (
    Called,
    Codebook,
    CodeDefinition,
    ConditionGroup,
    Guide,
    Kpi,
    Measure,
    Safeguard,
    StrategyRules,
    StudyTemplate,
    ValueModel,
)
from instruments.template_layout import CODEBOOK_FILE, GUIDE_FILE, RULES_FILE, STUDY_FILE, VALUE_FILE
from instruments.writer import dump_instrument, given, inline, to_yaml

_FIXED_DATE = (1980, 1, 1, 0, 0, 0)     # the same template gives the same bytes


def template_zip(template: StudyTemplate) -> bytes:
    """Return the zip of a template's folder, without data."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in template_files(template).items():
            entry = zipfile.ZipInfo(f"{template.key}/{name}", _FIXED_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, text.encode())
    return buffer.getvalue()


def template_files(template: StudyTemplate) -> dict[str, str]:
    """Return the files of a template's folder by name."""
    files = {STUDY_FILE: to_yaml(_study(template))}
    files |= {f"{instrument.audience}.yaml": dump_instrument(instrument) for instrument in template.instruments}
    if template.guide is not None:
        files[GUIDE_FILE] = to_yaml(_guide(template.guide))
    if template.codebook is not None:
        files[CODEBOOK_FILE] = to_yaml(codebook_document(template.codebook))
    if template.rules is not None:
        files[RULES_FILE] = to_yaml(_rules(template.rules))
    if template.value_model is not None:
        files[VALUE_FILE] = to_yaml(_value_model(template.value_model))
    return files


def _study(template: StudyTemplate) -> dict[str, Any]:
    head = {
        "id": template.key, "version": template.version, "languages": list(template.languages),
        "instruments": [instrument.audience for instrument in template.instruments],
        **given(title=dict(template.title), report_title=dict(template.report_title),
                organisation=dict(template.organisation), aim=dict(template.aim), population=dict(template.population))}
    return {
        "schema_version": SCHEMA_VERSION, "study": head, "thresholds": dict(template.thresholds),
        **given(privacy=dict(template.privacy) or None, served=_called(template.served),
                staff=_called(template.staff)),
        "perspectives": [
            {"id": entry.key, **inline(entry.name, "name"), "constructs": list(entry.constructs)}
            for entry in template.perspectives],
        "theory": [inline(paragraph) for paragraph in template.theory],
        "glossary": [given(term=dict(entry.term), meaning=dict(entry.meaning), sources=list(entry.sources) or None)
                     for entry in template.glossary],
        "references": [{"id": reference.key, "citation": reference.citation, **given(wording=dict(reference.wording))}
                       for reference in template.references]}


def _called(called: Called | None) -> dict[str, Any] | None:
    return None if called is None else {"one": dict(called.one), "many": dict(called.many)}


def _guide(guide: Guide) -> dict[str, Any]:
    sampling = {
        "minimum_interviews": guide.minimum_interviews, "target_interviews": guide.target_interviews,
        "minimum_roles": guide.minimum_roles, "quota": dict(guide.quota),
        "roles": {role: inline(name) for role, name in guide.roles.items()}}
    head = {
        "id": guide.key, "version": guide.version, "languages": list(guide.languages),
        **given(opening=dict(guide.opening), closing=dict(guide.closing)), "sampling": sampling,
        **given(minutes=dict(guide.minutes) or None), "never_record": list(guide.never_record)}
    questions = [
        given(id=question.key, audiences=list(question.audiences), codes=list(question.codes),
              link_question=question.is_link_question)
        | inline(question.text) | given(probes=[inline(probe) for probe in question.probes] or None)
        for question in guide.questions]
    return {"schema_version": SCHEMA_VERSION, "guide": head, "questions": questions}


def codebook_document(codebook: Codebook) -> dict[str, Any]:
    """Return a codebook as its file says it."""
    quality = codebook.quality
    head = {
        "id": codebook.key, "version": codebook.version, "languages": list(codebook.languages),
        **given(unit=codebook.unit), "polarity": {word: inline(text) for word, text in codebook.polarity.items()},
        "quality": {
            "double_code_share": quality.double_code_share, "agreement_statistic": quality.agreement_statistic,
            "accept_at": quality.accept_at, "tentative_at": quality.tentative_at}}
    return {"schema_version": SCHEMA_VERSION, "codebook": head, "codes": [_code(code) for code in codebook.codes]}


def _code(code: CodeDefinition) -> dict[str, Any]:
    head = given(id=code.key, parent=code.parent, construct=code.construct, strategy=list(code.strategy) or None,
                 safeguard=code.safeguard, colour=code.colour, pattern=code.pattern,
                 aliases=list(code.aliases) or None, original_colour=code.original_colour,
                 exclusive_children=code.has_exclusive_children or None)
    texts = {name: text for name in ("definition", "include", "exclude", "example")
             if (text := {key: words for key, words in getattr(code, name).items() if words})}
    return head | inline(code.name, "name") | texts


# ---- rules ----------------------------------------------------------------------------------------------------------
def _rules(rules: StrategyRules) -> dict[str, Any]:
    defaults = rules.defaults
    return {
        "schema_version": SCHEMA_VERSION, "rules_id": rules.key, "version": rules.version,
        "languages": list(rules.languages),
        "principles": [{"id": entry.key, **inline(entry.name, "name"), "text": dict(entry.text)}
                       for entry in rules.principles],
        "objectives": [{"id": entry.key, "problem": entry.problem, **inline(entry.name, "name"), "kpi": _kpi(entry.kpi)}
                       for entry in rules.objectives],
        "strategies": [{"id": entry.key, **inline(entry.name, "name"), **given(seed=entry.seed)}
                       for entry in rules.strategies],
        "measures": [_measure(measure) for measure in rules.measures],
        "safeguards": [_safeguard(safeguard) for safeguard in rules.safeguards],
        "defaults": {
            "evidence_weight": dict(defaults.evidence_weight), "impact_weights": dict(defaults.impact_weights),
            "feasibility_weights": dict(defaults.feasibility_weights), "weight_draws": defaults.weight_draws,
            "dirichlet_concentration": defaults.dirichlet_concentration,
            "stable_rank_probability": defaults.stable_rank_probability,
            "phases": {name: dict(limits) for name, limits in defaults.phases.items()}}}


def _kpi(kpi: Kpi) -> dict[str, Any]:
    return {**inline(kpi.name, "name"), "better": kpi.better, **given(baseline=kpi.baseline)}


def _group(group: ConditionGroup) -> dict[str, Any]:
    return {group.mode: [
        _group(entry) if isinstance(entry, ConditionGroup) else {"metric": entry.metric, entry.operator: entry.value}
        for entry in group.conditions]}


def _measure(measure: Measure) -> dict[str, Any]:
    address: dict[str, Mapping[str, int]] = {
        "problem": dict(measure.address_problem), "cause": dict(measure.address_cause),
        "facet": dict(measure.address_facet)}
    texts: dict[str, Text] = {
        name: dict(getattr(measure, name)) for name in ("rationale", "expected_effect", "owner", "risk")}
    return {
        **given(id=measure.key, strategy=measure.strategy, seed=measure.seed, **inline(measure.name, "name")),
        **given(parts=[{"id": part.key, **inline(part.name, "name")} for part in measure.parts] or None),
        "what": dict(measure.what), "trigger": _group(measure.trigger), "address": address, **texts,
        "effort": measure.effort, "horizon_months": measure.horizon_months, "kpi": [_kpi(kpi) for kpi in measure.kpis],
        **given(sizing=measure.sizing, practices=list(measure.practices) or None,
                names_step=measure.names_step or None), "safeguards": list(measure.safeguards)}


def _safeguard(safeguard: Safeguard) -> dict[str, Any]:
    return {
        **given(id=safeguard.key, seed=safeguard.seed, **inline(safeguard.name, "name")),
        "causes": list(safeguard.causes), **given(readiness_item=safeguard.readiness_item),
        "base_required": safeguard.is_always_discussed, "trigger": _group(safeguard.trigger),
        "what": dict(safeguard.what), "owner": dict(safeguard.owner), "kpi": _kpi(safeguard.kpi)}


# ---- value model ----------------------------------------------------------------------------------------------------
def _value_model(model: ValueModel) -> dict[str, Any]:
    fields = {}
    for field in model.fields:
        fields[field.key] = given(
            type=field.type, values=list(field.values) or None, default=field.default, optional=field.is_optional,
            unit=field.unit, only_for=list(field.customer_types) or None, **inline(field.name))
        if field.minimum is not None:
            fields[field.key]["min"] = field.minimum
    index: dict[str, Any] = {
        part.key: {**({} if model.comparisons else {"weight": part.weight}), "from": list(part.sources),
                   **given(rule=part.rule)} for part in model.parts}
    if model.comparisons:
        index["comparisons"] = dict(model.comparisons)
    tiers: dict[str, Any] = {
        customer_type: [{"id": tier.key, "min": tier.minimum, **inline(tier.name, "name")} for tier in found]
        for customer_type, found in model.tiers.items()}
    return {
        "schema_version": SCHEMA_VERSION,
        "file": {"key": model.key_field, "required": list(model.required), "fields": fields,
                 "checks": list(model.checks)},
        "value_index": {**index, "minimum_weight_present": model.minimum_weight_present},
        **given(clv_scenario=dict(model.clv)),
        "tiers": {**tiers, "upper_tiers": {key: list(names) for key, names in model.upper_tiers.items()}},
        **given(tier_policy=dict(model.tier_policy)),
        "stages": [{"id": stage.key, "when": stage.when, **given(theory=stage.theory), **inline(stage.name, "name")}
                   for stage in model.stages],
        "flags": dict(model.flags),
        "stage_actions": {key: inline(action) for key, action in model.stage_actions.items()},
        "outputs": list(model.outputs), **_other_files(model)}


def _other_files(model: ValueModel) -> dict[str, Any]:
    """Return what the completeness file and the relations file may hold."""
    found: dict[str, Any] = {}
    if model.field_classes:
        found["records"] = {one.key: {
            **given(stale_after_days=one.stale_after_days, **inline(one.name, "name")),
            "fields": {field.key: given(only_for=list(field.customer_types) or None, **inline(field.name, "name"))
                       for field in one.fields}} for one in model.field_classes}
    if model.relation_types or model.legal_bases:
        found["relations"] = {
            "types": {one.key: {**inline(one.name, "name"), **({} if one.is_joining else {"joins": False})}
                      for one in model.relation_types},
            "legal_bases": {one.key: inline(one.name, "name") for one in model.legal_bases}}
    return found
