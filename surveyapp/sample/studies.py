"""Which sample belongs to which study template: what is planted, what is entered, which interviews were written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from instruments.facts import StudyFacts
from instruments.open_set import OwnConstruct
from surveyapp.sample.edits import BANK_EDITS, SampleEdit
from surveyapp.sample.facts import sample_facts
from surveyapp.sample.outpatient import OUTPATIENT_PLAN, outpatient_facts
from surveyapp.sample.own_problem import BANK_PROBLEM
from surveyapp.sample.plan import BANK_PLAN, Plan
from surveyapp.sample.second_wave import second_plan


@dataclass(frozen=True)
class SampleStudy:
    """The sample of one template; a template nobody wrote a sample for gets answers by the defaults of a plan."""

    name: str = "sample"                                        # of the study the demo makes
    plan: Plan = field(default_factory=Plan)
    facts: Callable[[Plan], StudyFacts] | None = None
    interviews: str | None = None       # folder below `interviews`; "" = that folder itself, None = no interviews
    has_customer_file: bool = False
    edits: tuple[SampleEdit, ...] = ()  # of the plan that the rules propose
    own: OwnConstruct | None = None     # a problem of its own, entered and not in force
    second: Callable[[], Plan] | None = None        # what is planted in a second wave, after decisions on the first


SAMPLES: Final[Mapping[str, SampleStudy]] = {
    "bank_crm": SampleStudy("bank", BANK_PLAN, sample_facts, "", has_customer_file=True, edits=BANK_EDITS,
                            own=BANK_PROBLEM, second=second_plan),
    "outpatient_service": SampleStudy("outpatient", OUTPATIENT_PLAN, outpatient_facts, "outpatient_service"),
}


def sample_of(template_key: str) -> SampleStudy:
    """Return what is planted in the sample of a template."""
    return SAMPLES.get(template_key, SampleStudy())
