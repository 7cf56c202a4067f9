"""Diagnoses of simulated studies of each template, for tests that follow findings back to what they rest on."""

from __future__ import annotations

from functools import cache

from analysis.diagnosis.diagnose import diagnose
from analysis.diagnosis.trace.ledger import Ledger
from analysis.results.diagnosis import Diagnosis
from analysis.results.trace import PathInputs
from instruments.template import StudyTemplate
from instruments.template_loader import load_catalogue_template
from tests.factories.branch import Plan, simulated_customers, simulated_interviews, simulated_study

TEMPLATES = ("bank_crm", "outpatient_service")


@cache
def traced_ledger(key: str, *, is_sound: bool = False) -> Ledger:
    """Return the ledger of a study with one problem and one link planted; of a sound one without either."""
    template = load_catalogue_template(key)
    return Ledger(_diagnosis(template, is_sound=is_sound), template)


def _diagnosis(template: StudyTemplate, *, is_sound: bool) -> Diagnosis:
    problem, cause = (next(c.key for c in template.constructs if c.group == group) for group in ("problem", "cause"))
    codes = [code.key for code in template.codebook.codes][1:8] if template.codebook else []
    told = {f"I{place:02d}": dict.fromkeys(codes, "supports" if place < 8 else "contradicts") for place in range(12)}
    plan = Plan() if is_sound else Plan(means={problem: 3.8, cause: 3.7}, links={(cause, problem): 0.6})
    study = simulated_study(
        template, n_staff=140, n_customers=90, plan=plan, interviews=None if is_sound else simulated_interviews(told),
        customers=simulated_customers(200) if template.value_model and not is_sound else None)
    return diagnose(study, n_resamples=60, frozen_on="2026-09-30")


def rests_on_something(ledger: Ledger, found: PathInputs) -> bool:
    """Return whether a path ends at answers, codings, a file or people who answered."""
    if found.items or found.codes or found.fields or found.audiences:
        return True
    return any(rests_on_something(ledger, inside) for path in found.paths
               for inside in [ledger.inputs(path)] if inside is not None)
