"""Numbered rules that a questionnaire and a study template must keep; docs/instrument-checks.md lists them all."""

from __future__ import annotations

from collections.abc import Mapping

from instruments.errors import CheckFailed, Finding
from instruments.flow_checks import FLOW_RULES, flow_findings
from instruments.instrument_checks import INSTRUMENT_RULES, questionnaire_findings
from instruments.logic.checker import LOGIC_RULES
from instruments.logic_checks import CIRCLE_RULES, logic_findings
from instruments.places import FindPlaces, locate
from instruments.reach_checks import REACH_RULES, reach_findings
from instruments.rules_checks import RULES_RULES
from instruments.schema import Instrument
from instruments.template import StudyTemplate
from instruments.template_checks import TEMPLATE_RULES, template_findings
from instruments.value_checks import VALUE_RULES

RULES: Mapping[str, str] = {
    **INSTRUMENT_RULES, **FLOW_RULES, **LOGIC_RULES, **CIRCLE_RULES, **REACH_RULES, **TEMPLATE_RULES,
    **RULES_RULES, **VALUE_RULES}


def check_instrument(instrument: Instrument, place: str = "") -> tuple[Finding, ...]:
    """Return what is wrong with a questionnaire; `place` is its file, by default its key."""
    here = place or instrument.key
    return (
        *questionnaire_findings(instrument, here), *flow_findings(instrument, here), *logic_findings(instrument, here),
        *reach_findings(instrument, here))


def check_template(template: StudyTemplate, place: str = "") -> tuple[Finding, ...]:
    """Return what is wrong with a template and with each of its questionnaires."""
    here = place or template.key
    found: list[Finding] = []
    for instrument in template.instruments:
        found.extend(check_instrument(instrument, f"{here}/{instrument.audience}.yaml"))
    return (*found, *template_findings(template, here))


def require_sound(
    subject: Instrument | StudyTemplate, place: str = "", places: FindPlaces = dict,
) -> tuple[Finding, ...]:
    """Raise CheckFailed with all findings when a questionnaire or template breaks a rule; return the warnings.

    `places` says where in the file the parts of the subject stand.
    """
    if isinstance(subject, StudyTemplate):
        findings = check_template(subject, place)
    else:
        findings = check_instrument(subject, place)
    findings = locate(findings, place or subject.key, places)
    errors = tuple(finding for finding in findings if finding.is_error)
    if errors:
        raise CheckFailed(place or subject.key, errors)
    return findings
