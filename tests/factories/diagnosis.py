"""Diagnoses made by hand, for tests of what is handed over: no analysis runs here.

`rich_diagnosis` holds every kind of finding a report must be able to tell; `sparse_diagnosis` holds as little as a
study with three answers and no interview gives.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace

from analysis.diagnosis.thresholds import resolve_thresholds
from analysis.results.comparisons import CoderAgreement, GroupFigure
from analysis.results.diagnosis import (
    CauseFinding,
    Diagnosis,
    FacetFinding,
    Gap,
    InterviewEvidence,
    Level,
    LinkFinding,
    LinkModel,
    ProblemFinding,
    Provenance,
    Quote,
    Saturation,
    Screening,
    SingleItem,
    SituationFinding,
)
from analysis.results.measurement import Estimate, Structure
from analysis.results.planning import LinkDetectability
from analysis.results.sensitivity import Sensitivity, ThresholdMove, WordChange
from instruments.schema import Construct, Instrument
from instruments.template import StudyTemplate
from tests.factories.diagnosis_parts import (
    customer_picture,
    indices,
    measures,
    objectives,
    safeguards,
    scale_changes,
    scale_quality,
    structure,
)

N_STAFF, N_CUSTOMERS = 172, 251
# Means planted for each construct: problems and causes high = bad, the others high = good.
MEANS = {
    "SIT_ORG": 3.21, "SIT_HR": 2.52, "SIT_PROC": 2.91, "SIT_MEAS": 3.38, "PRB_GOAL": 3.18, "PRB_INFO": 3.92,
    "PRB_EFFECT": 3.55, "PRB_SYSTEM": 3.31, "PRB_DIFF": 3.49, "PRB_MAINT": 3.02, "CAU_CONCEPT": 3.05, "CAU_TECH": 3.71,
    "CAU_COORD": 3.58, "CAU_INCENT": 3.44, "OUT": 3.12, "C_SVC": 3.74, "C_INFO": 2.71, "C_DIFF": 2.88, "C_CHAN": 3.16,
    "C_MAINT": 2.79, "C_SAT": 3.33, "C_LOY": 3.42,
}
GRADES = {"PRB_INFO": "strong", "PRB_EFFECT": "strong", "PRB_DIFF": "moderate", "PRB_SYSTEM": "conflicting",
          "PRB_GOAL": "weak", "PRB_MAINT": "inconclusive"}
BETAS = {("CAU_TECH", "PRB_INFO"): 0.41, ("CAU_COORD", "PRB_INFO"): 0.33, ("CAU_INCENT", "PRB_EFFECT"): 0.38,
         ("CAU_COORD", "PRB_EFFECT"): 0.27, ("CAU_CONCEPT", "PRB_DIFF"): 0.31, ("CAU_COORD", "PRB_SYSTEM"): 0.29}
PASSAGES = {
    "en": ("I open three systems before I can tell a customer what he holds with us.",
           "We learn that a customer has left when the balance is gone.",
           "Nobody told us what this year's customer goal is; we look at the deposit list.",
           "The two departments each call the same company in one week.",
           "My points count deposits at quarter end, not whether the customer stays.",
           "With my regular customers I know everything I need."),
    "zh": ("查一个客户在我行的全部业务，我要先后登录三个系统。", "等我们发现客户流失，账上的钱早就转走了。",
           "今年客户工作的目标是什么，没人跟我们讲过，大家就盯着存款。", "同一家企业，一周之内两个部门各打各的电话。",
           "考核只看季末存款，客户留没留住没人管。", "我自己的老客户，情况我都很清楚。"),
}
ROLES = ("relationship_manager", "outlet_head", "product_or_middle_office", "technology_or_data")


def _spread(mean: float, n: int, seed: int) -> tuple[int, ...]:
    """Return counts of the answers 1..5 with about that mean."""
    rng = random.Random(seed)
    counts = [0] * 5
    for _ in range(n):
        counts[min(max(round(rng.gauss(mean, 1.05)), 1), 5) - 1] += 1
    return tuple(counts)


def level(construct: Construct, instrument: Instrument, n: int, place: int) -> Level:
    """Return a construct's level with frequencies for each of its items."""
    mean, sd = MEANS.get(construct.key, 3.0), 0.78
    half = 1.97 * sd / n**0.5
    is_bad = construct.direction == "higher_is_worse"
    frequencies, agree = {}, {}
    for number, item in enumerate(instrument.items_of_construct(construct.key)):
        recoded = mean + (number - 1.5) * 0.12
        raw = _spread(6 - recoded if item.is_reverse else recoded, n - number, place * 10 + number)
        frequencies[item.key] = raw
        counts = raw[::-1] if item.is_reverse else raw
        agree[item.key] = (sum(counts[3:]) if is_bad else sum(counts[:2])) / sum(counts)
    above, share = mean - half > 3.0, min(max((mean - 2.2) / 2.4, 0.03), 0.95)
    status = "supports" if above else "against" if mean + half < 3.0 else "uncertain"
    q = 0.0004 if above else 0.21
    return Level(
        construct.key, construct.group, n, mean, sd, mean - half, mean + half, (mean - 1) * 25, (mean - half - 1) * 25,
        (mean + half - 1) * 25, Estimate(share, share - 0.07, share + 0.07, n, "Wilson"), max(0.85 - share, 0.03),
        mean - 0.06, n - 6, (mean - 3) / (sd / n**0.5), q / 2, q, q, q * 1.3, 1 - q, 1 - q, status,
        item_agree=agree, item_frequencies=frequencies, mean_with_excluded=mean - 0.03, balanced_mean=mean - 0.02,
        quality="acceptable")


def quotes(code: str, place: int, audience: str = "staff", polarity: str = "supports") -> tuple[Quote, ...]:
    """Return two passages that may be printed, one of them spoken in the other language."""
    found = []
    for number in (place % 6, (place + 1) % 6):
        original = "zh" if number % 2 else "en"
        found.append(Quote(f"I{number + 3:02d}", ROLES[number % 4] if number != 5 else None, audience, code, polarity,
                           {"en": PASSAGES["en"][number], "zh": PASSAGES["zh"][number]}, original, number % 3 == 0,
                           segment=f"I{number + 3:02d}:{number * 40}-{number * 40 + 38}"))
    return tuple(found)


def interview(code: str, construct: str | None, k: int, x: int, place: int) -> InterviewEvidence:
    """Return a code counted over 14 interviewees."""
    status = "some" if k else "silent"
    if max(k, x) >= 3 and max(k, x) >= 2 * min(k, x):
        status = "supports" if k > x else "contradicts"
    agreement = Estimate(0.84 - place % 4 * 0.06, 0.70 - place % 4 * 0.06, 0.93 - place % 4 * 0.03, 4, "Krippendorff")
    by_role = {"relationship_manager": (min(k, 4), 5), "outlet_head": (min(max(k - 4, 0), 3), 3),
               "product_or_middle_office": (min(max(k - 7, 0), 2), 3), "technology_or_data": (0, 3)}
    verdict = "accept" if place % 4 == 0 else "tentative"
    coders = CoderAgreement(code, 4, 120, 2, {"A": 0.12, "B": 0.10}, 0.93, 0.6, 0.75, agreement, 0.8, verdict)
    return InterviewEvidence(code, construct, 14, k, 3 if k > 4 else 1, x, 1, status, agreement, verdict, by_role,
                             quotes(code, place, polarity="contradicts" if x > k else "supports"), coders=coders)


def _problems(template: StudyTemplate, levels: Mapping[str, Level]) -> tuple[ProblemFinding, ...]:
    staff = template.instrument("staff")
    ranked = sorted((c for c in staff.constructs_of_group("problem")), key=lambda c: -(levels[c.key].mean or 0))
    facets = {mirrored: c.key for c in template.constructs for mirrored in c.mirrors}
    found = []
    for rank, construct in enumerate(ranked, 1):
        mean = levels[construct.key].mean or 0
        grade = GRADES.get(construct.key, "weak")
        code = template.codebook.top_code_of(construct.key) if template.codebook else None
        evidence = interview(code.key if code else "", construct.key, max(11 - 2 * rank, 1),
                             6 if grade == "conflicting" else 1, rank)
        gaps = ()
        if construct.key in facets:
            value = 14.2 - 5.6 * rank
            gaps = (Gap(construct.key, facets[construct.key], value, value - 6.1, value + 6.1, abs(value) >= 10),)
        band = "severe" if mean >= 3.8 else "marked" if mean >= 3.4 else "mild"
        found.append(ProblemFinding(
            levels[construct.key], band if levels[construct.key].status == "supports" else "-", rank,
            (0.98, 0.71, 0.24, 0.05, 0.01, 0.0)[rank - 1], Estimate(0.62 - rank * 0.08, 0.55 - rank * 0.08,
                                                                   0.69 - rank * 0.08, N_STAFF, "Wilson"),
            evidence, "supports" if rank in (1, 3) else "uncertain", grade, grade,
            () if rank != 2 else ("agreement_tentative",),
            ("convergence", "complementarity", "convergence", "dissonance", "silence", "silence")[rank - 1], gaps))
    return tuple(found)


def _links(causes: list[str], problems: list[str]) -> tuple[LinkFinding, ...]:
    found = []
    for i, cause in enumerate(causes):
        for j, problem in enumerate(problems):
            beta = BETAS.get((cause, problem), round(0.02 + 0.025 * ((i * 3 + j) % 4), 3))
            holds = (cause, problem) in BETAS and beta > 0.28
            k = round(beta * 20) if (cause, problem) in BETAS else (i + j) % 3
            found.append(LinkFinding(
                cause, problem, beta, 0.075, beta - 0.147, beta + 0.147, 0.004 if holds else 0.4,
                0.01 if holds else 0.5, "supports" if holds else "uncertain", beta * 1.2, beta * 1.2 - 0.2,
                beta * 1.2 + 0.2, beta**2 + 0.02, beta**2 + 0.018, beta + 0.3, k, 3 if k > 2 else 1,
                "supports" if k >= 2 else "some" if k else "silent",
                ("strong" if k >= 2 else "moderate") if holds else "inconclusive", beta * 0.78 if holds else None,
                stated_k=18 - i - j, stated_n=60, quotes=quotes(f"{cause}>{problem}", i + j)[:1] if k > 3 else (),
                dominance_low=max(beta**2 - 0.03, 0), dominance_high=beta**2 + 0.08,
                detectability=None if holds else _detectability(cause, problem, 0.2 + 0.03 * (i + j)),
                slope=beta * 0.9, slope_low=(beta - 0.147) * 0.9, slope_high=(beta + 0.147) * 0.9))
    return tuple(found)


def _detectability(cause: str, problem: str, share: float) -> LinkDetectability:
    return LinkDetectability(cause, problem, 0.3, 0.24, share, share - 0.06, share + 0.07, share + 0.1, 161, 200, 200,
                             "simulated")


def _causes(template: StudyTemplate, levels: Mapping[str, Level]) -> tuple[CauseFinding, ...]:
    readings = {"CAU_TECH": "priority", "CAU_COORD": "priority", "CAU_INCENT": "priority",
                "CAU_CONCEPT": "differences"}
    shares = {"CAU_TECH": 0.34, "CAU_COORD": 0.29, "CAU_INCENT": 0.22, "CAU_CONCEPT": 0.15}
    found = []
    for place, construct in enumerate(template.instrument("staff").constructs_of_group("cause")):
        code = template.codebook.top_code_of(construct.key) if template.codebook else None
        found.append(CauseFinding(
            levels[construct.key], levels[construct.key].status == "supports",
            interview(code.key if code else "", construct.key, 9 - 2 * place, 1, place),
            shares.get(construct.key), 1.6 + place * 0.2, readings.get(construct.key, "no_evidence"),
            Estimate(0.5 - place * 0.09, 0.42 - place * 0.09, 0.58 - place * 0.09, N_STAFF, "Wilson")))
    return tuple(found)


def _facets(template: StudyTemplate, levels: Mapping[str, Level]) -> tuple[FacetFinding, ...]:
    quadrants = {"C_SVC": "keep_up", "C_INFO": "concentrate_here", "C_DIFF": "low_priority", "C_CHAN": "borderline",
                 "C_MAINT": "concentrate_here"}
    importance = {"C_SVC": 4.31, "C_INFO": 4.12, "C_DIFF": 3.48, "C_CHAN": 3.91, "C_MAINT": 4.22}
    found = []
    for place, construct in enumerate(template.instrument("customer").constructs_of_group("experience")):
        stated = importance.get(construct.key, 4.0)
        quadrant = quadrants.get(construct.key)
        found.append(FacetFinding(
            levels[construct.key], "supports" if quadrant == "concentrate_here" else "uncertain",
            Estimate(stated, stated - 0.11, stated + 0.11, 248, "t"), 0.24 - place * 0.035, 0.15 - place * 0.03,
            0.32 - place * 0.035, quadrant, quadrant, quadrant if place != 2 else "keep_up", construct.mirrors))
    return tuple(found)


def _single(template: StudyTemplate) -> tuple[SingleItem, ...]:
    found = []
    plan = {"benchmark": 2.61, "trend": 3.72, "importance": 4.0, "readiness": 2.9}
    for instrument in template.instruments:
        for item in instrument.items:
            if item.role in plan and item.construct is None:
                counts = _spread(plan[item.role], 168, len(item.key))
                mean = sum(v * n for v, n in enumerate(counts, 1)) / sum(counts)
                found.append(SingleItem(item.key, sum(counts), mean, mean - 0.15, mean + 0.15,
                                        {str(v): n for v, n in enumerate(counts, 1)}, float(round(mean))))
            elif item.role in ("stated_problem", "stated_cause", "fact") and item.choices:
                found.append(SingleItem(item.key, 166, None, None, None,
                                        {c.value: 96 - 11 * p for p, c in enumerate(item.choices)}))
            elif item.role == "fact":
                found.append(SingleItem(item.key, 151, 41.3, 37.2, 45.4, {}, 38.0))
            elif item.role == "nps":
                found.append(SingleItem(item.key, 249, 6.9, 6.6, 7.2, {str(v): 5 + v * 4 for v in range(11)}, 7.0))
    return tuple(found)


def _composition(instrument: Instrument) -> dict[str, dict[str, int]]:
    return {item.key: {c.value: (48 - 9 * p if p < 4 else -1) for p, c in enumerate(item.choices)}
            for item in instrument.items_of_role("profile") if item.choices}


def _levels(template: StudyTemplate) -> dict[str, Level]:
    found = {}
    for instrument, n in zip(template.instruments, (N_STAFF, N_CUSTOMERS), strict=False):
        for place, construct in enumerate(instrument.constructs):
            found[construct.key] = level(construct, instrument, n, place)
    return found


def _screening(template: StudyTemplate) -> dict[str, Screening]:
    staff, customer = template.instrument("staff"), template.instrument("customer")
    return {
        "staff": Screening("staff", 180, N_STAFF, {"attention": 9, "speed": 6, "longstring": 7, "lowvar": 5,
                                                   "inconsistent": 8, "mahalanobis": 0, "empty": 1},
                           tuple(f"r{n}" for n in range(8)), {}, "good", 320, 180 / 320,
                           Estimate(0.18, 0.11, 0.25, N_STAFF, "t"), _composition(staff), indices(180),
                           scale_changes(staff)),
        "customer": Screening("customer", 260, N_CUSTOMERS, {"attention": 14, "speed": 8, "longstring": 11},
                              tuple(f"c{n}" for n in range(9)), {}, "good", None, None,
                              Estimate(0.09, 0.02, 0.16, N_CUSTOMERS, "t"), _composition(customer), indices(260)),
    }


def _groups(problems: list[str]) -> tuple[GroupFigure, ...]:
    sizes = {"corporate": 48, "retail": 39, "outlet": 30, "risk_ops": 21, "it": None, "support": None}
    found = []
    for key in problems:
        for choice, n in sizes.items():
            bounds = (None, None, None) if n is None else (MEANS[key], MEANS[key] - 0.3, MEANS[key] + 0.3)
            found.append(GroupFigure(key, "D_DEPT", choice, n, *bounds, n is None))
    return tuple(found)


def rich_diagnosis(template: StudyTemplate) -> Diagnosis:
    """Return a diagnosis with every kind of finding."""
    levels = _levels(template)
    by_group: dict[str, list[str]] = {}
    for construct in template.constructs:
        by_group.setdefault(construct.group, []).append(construct.key)
    codes = [code for code in template.codebook.codes if code.parent] if template.codebook else []
    curve = tuple((f"I{n:02d}", max(9 - 2 * n, 0) + (n == 7), None if n < 6 else max(0.31 - 0.06 * (n - 6), 0.0))
                  for n in range(1, 15))
    return Diagnosis(
        provenance=Provenance("demo", "w1", template.key, template.version, {"staff": "1.0.0", "customer": "1.0.0"},
                              "3f9a" * 16, 20260930, resolve_thresholds(template.thresholds),
                              {"surveyapp": "0.1.0", "numpy": "2.4.0", "scipy": "1.17.0"}, True, "2026-09-30"),
        screening=_screening(template), gate="100-249",
        scales={key: scale_quality(construct, template, found.n) for key, found in levels.items()
                for construct in [template.construct(key)]},
        structure=structure(template, N_STAFF),
        situation=tuple(SituationFinding(levels[key], _tag(levels[key]), interview(f"SIT.{place}", key, 6 - place, 1,
                                                                                  place))
                        for place, key in enumerate(by_group["situation"])),
        problems=_problems(template, levels), causes=_causes(template, levels),
        links=_links(by_group["cause"], by_group["problem"]),
        link_model=LinkModel(161, 5, {key: 0.42 - 0.04 * n for n, key in enumerate(by_group["problem"])}, 2000, "",
                             {**dict.fromkeys(by_group["problem"], 0.72), **dict.fromkeys(by_group["cause"], 0.8)},
                             dict.fromkeys((*by_group["problem"], *by_group["cause"]), (1.0, 5.0))),
        sensitivity=Sensitivity((
            ThresholdMove("delta", 0.10, 0.05), ThresholdMove("delta", 0.10, 0.15),
            ThresholdMove("tau", 3.0, 3.1, (
                WordChange(f"problem.{by_group['problem'][0]}.grade", "strong", "moderate"),
                WordChange(f"problem.{by_group['problem'][0]}.severity", "mild", "-"),
                WordChange(f"cause.{by_group['cause'][0]}.reading", "priority", "differences"),
                WordChange(f"link.{by_group['cause'][0]}.{by_group['problem'][0]}.grade", "moderate", None)))),
            40, 2000),
        outcomes=tuple(levels[key] for key in by_group["outcome"]), facets=_facets(template, levels),
        single_items=_single(template), nps=Estimate(-8.2, -18.1, 1.7, 249, "adjusted Wald"),
        groups=_groups(by_group["problem"]),
        interviews=tuple(interview(code.key, code.construct, (place * 5) % 9, place % 3, place)
                         for place, code in enumerate(codes)),
        n_interviews={"staff": 14, "customer": 4},
        roles_interviewed={"relationship_manager": 5, "outlet_head": 3, "product_or_middle_office": 3,
                           "technology_or_data": 3},
        saturation=Saturation(14, 4, 2, 0.05, curve, "10+2", "reached"), customers=customer_picture(template),
        objectives=objectives(template, levels), measures=measures(template), safeguards=safeguards(template),
        open_answers={"O_ACH": ("代发客户增长较快。", "Complaints are answered faster.")}, warnings=(),
        metrics={"quality.n_submitted": 180, "quality.excluded_pct": 4.4, "data.completeness_pct": 81.3})


def _tag(found: Level) -> str:
    if (found.pomp_high or 0) < 50:
        return "weak_point"
    return "in_order" if (found.pomp_low or 0) > 50 else "mixed"


def sparse_diagnosis(template: StudyTemplate) -> Diagnosis:
    """Return a diagnosis of three staff answers: no interview, no customers, no grade but "insufficient"."""
    rich = rich_diagnosis(template)

    def thin(found: Level) -> Level:
        return replace(found, n=3, mean=None, sd=None, ci_low=None, ci_high=None, pomp=None, pomp_low=None,
                       pomp_high=None, unfavourable=None, favourable=None, corrected_mean=None, n_corrected=0, t=None,
                       p_value=None, q_value=None, p_corrected=None, q_corrected=None, q_mirror=None,
                       q_mirror_corrected=None, status="insufficient", item_agree={}, item_frequencies={},
                       mean_with_excluded=None, balanced_mean=None, quality="cannot_judge")

    problems = tuple(replace(p, level=thin(p.level), band="-", rank=None, rank_top2_probability=None,
                             stated_share=None, interview=None, customer_status="none", grade="insufficient",
                             grade_before_caps="insufficient", caps=(), triangulation="silence", gaps=())
                     for p in rich.problems)
    causes = tuple(replace(c, level=thin(c.level), is_elevated=False, interview=None, share=None, vif=None,
                           reading="not_tested", stated_share=None) for c in rich.causes)
    plans = tuple(replace(m, verdict="data_needed", impact=None, impact_parts={}, feasibility=None, readiness=None,
                          support=None, priority=None, rank=None, rank_probability_top3=None, rank_median=None,
                          rank_low=None, rank_high=None, is_stable=None, size=None,
                          triggers=tuple(replace(t, value=None, outcome="unknown") for t in m.triggers))
                  for m in rich.measures)
    staff = replace(rich.screening["staff"], n_submitted=3, n_valid=3, flags={}, excluded=(), verdict="good",
                    response_rate=None, population=None, style_mean=None, composition={})
    return replace(
        rich, screening={"staff": staff}, gate="<5", scales={}, structure=Structure(False, "n < 150"),
        situation=tuple(replace(s, level=thin(s.level), tag="too_few", interview=None) for s in rich.situation),
        problems=problems, causes=causes, links=(), link_model=LinkModel(3, 0, {}, 0, "too_few_answers"), outcomes=(),
        facets=(), single_items=(), nps=None, groups=(), interviews=(), n_interviews={},
        roles_interviewed={}, saturation=None, customers=None, measures=plans,
        objectives=tuple(replace(o, is_active=False) for o in rich.objectives),
        safeguards=tuple(replace(s, is_required=False, required_by=(), readiness=None, interview=None)
                         for s in rich.safeguards),
        open_answers={}, metrics={})
