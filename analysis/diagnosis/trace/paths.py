"""What each metric path of section 13 of the model is computed from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from analysis.customers.inputs import figure_fields
from analysis.diagnosis.trace.design import Design, baseline_path, trigger_paths
from analysis.results.trace import PathInputs

TESTS, SCREENING = ("tau", "fdr_q", "minimum_n_tests", "style_minimum_scales"), (
    "excluded_doubtful_share", "excluded_stop_share", "exclusion_flags")
VOICES = ("interview_minimum", "interview_count", "interview_roles", "interview_share", "interview_ratio")
CAPS = ("strong_minimum_n", "alpha_limited", "excluded_doubtful_share", "agreement_accept", "agreement_tentative")


@dataclass(frozen=True)
class Recipe:
    """How a field of a family is computed: phrase, section of the model, thresholds, random stream."""

    rule: str
    section: str
    thresholds: tuple[str, ...] = ()
    stream: int | None = None


_DESCRIBED = {"mean": Recipe("scale_mean", "2", ("minimum_n_description",)), "pomp": Recipe("pomp", "2"),
              "unfavourable_pct": Recipe("unfavourable", "5", ("unfavourable_at",))}
# Where a high score is good, the unfavourable side is the low one.
_GOOD_IS_HIGH = _DESCRIBED | {"unfavourable_pct": Recipe("unfavourable", "5", ("favourable_at",))}
_FILE_THRESHOLDS = {"key_customers_count": ("key_customer_share",),
                    "multi_channel_customers_count": ("multi_channel_minimum",)}
RECIPES: Mapping[str, Mapping[str, Recipe]] = {
    "problem": _DESCRIBED | {
        "status": Recipe("level_test", "5", TESTS), "severity": Recipe("band", "5", ("band_marked", "band_severe")),
        "grade": Recipe("grade_table", "9", CAPS),
        "rank_top2_probability": Recipe("top_ranks", "5", ("top_ranks",), 5)},
    "cause": _DESCRIBED | {"elevated": Recipe("level_test", "7", TESTS), "share": Recipe("explanation_share", "11")},
    "link": {"beta": Recipe("regression", "7", ("minimum_n_links",)),
             "lo": Recipe("resampled", "7", ("confidence",), 7),
             "hi": Recipe("resampled", "7", ("confidence",), 7),
             "status": Recipe("minimal_effect", "7", ("delta", "fdr_q", "minimum_n_absent_links",
                                                   "minimum_n_corrected_links", "minimum_n_plain_rates"), 7),
             "grade": Recipe("link_grade", "9", ("link_interviewees", "interview_roles", *CAPS))},
    "situation": _GOOD_IS_HIGH | {"tag": Recipe("situation_tag", "4", ("situation_border_pomp", "minimum_n_tests"))},
    "facet": _GOOD_IS_HIGH | {
        "importance_stated": Recipe("importance_stated", "6", ("minimum_n_description",)),
        "importance_derived": Recipe("importance_derived", "6", ("minimum_n_customers",), 6),
        "quadrant": Recipe("quadrant", "6", ("metric_minimum_n", "derived_importance_n"))},
    "gap": dict.fromkeys(("value", "lo", "hi"), Recipe("gap", "6", ("confidence",)))
    | {"flag": Recipe("gap_flag", "6", ("gap_points", "minimum_n_tests", "minimum_n_customers"))},
    "item": {"mean": Recipe("item_mean", "2", ("minimum_n_description",)),
             "unfavourable_pct": Recipe("item_unfavourable", "13", ("minimum_n_description", "metric_minimum_n"))},
    "interview": dict.fromkeys(("interviewees", "roles", "contradicts"), Recipe("interview_count", "8"))
    | {"status": Recipe("interview_status", "8", VOICES)},
    "safeguard": {"required_by_measures": Recipe("required_by", "11"),
                  "readiness": Recipe("readiness", "11", ("readiness_minimum_n",))},
    "outcome": _GOOD_IS_HIGH, "data": {},
    "quality": {"n_submitted": Recipe("submitted", "1"), "n_excluded": Recipe("excluded", "1", SCREENING),
                "excluded_pct": Recipe("excluded", "1", SCREENING), "response_rate": Recipe("response_rate", "1")},
    "comment": {},
    "measure": {"verdict": Recipe("measure_verdict", "11"), "size": Recipe("measure_size", "11")}
    | {name: Recipe(f"measure_{name}", "11") for name in ("rank", "priority", "impact", "feasibility")}
    | {"rank_top3_probability": Recipe("measure_top_ranks", "11", (), 11)},
    "objective": {"active": Recipe("objective_active", "11"),
                  "baseline": Recipe("objective_baseline", "11", ("kpi_step_pomp", "kpi_step_relative"))},
    "strategy": {"measures": Recipe("strategy_measures", "11")},
    "links": {"n": Recipe("regression", "7", ("minimum_n_links", "minimum_n_firm_links", "vif_maximum",
                                              "separable_correlation"))},
}
Sources = dict[str, tuple[str, ...]]


def path_inputs(design: Design, path: str, value: Any = None) -> PathInputs | None:
    """Return what a metric path is computed from.

    Parameters
    ----------
    design : Design
    path : str
        First segment the family, last the field, between them the key, which may hold points.
    value : Any
        That the diagnosis found.

    Returns
    -------
    PathInputs or None
        None of a path that no diagnosis of the template produces.
    """
    family, key, field = split_path(path)
    recipe = _recipe(family, field)
    sources = _SOURCES[family](design, key, field) if recipe is not None else None
    if recipe is None or sources is None:
        return None
    return PathInputs(path, value, recipe.rule, recipe.section, thresholds=recipe.thresholds, stream=recipe.stream,
                      **sources)


def split_path(path: str) -> tuple[str, str, str]:
    """Return family, key and field of a metric path.

    Parameters
    ----------
    path : str

    Returns
    -------
    tuple[str, str, str]
        The key is empty where there is none, as in "data.aum".
    """
    family, *middle, field = path.split(".") if "." in path else (path, "")
    return family, ".".join(middle), field


def _recipe(family: str, field: str) -> Recipe | None:
    if family == "data":
        return Recipe("file_figure", "12", _FILE_THRESHOLDS.get(field, ()))
    if family == "comment":
        return Recipe("comment_count", "8")
    return RECIPES.get(family, {}).get(field)


# ---- sources by family ----------------------------------------------------------------------------------------------
def _scale(design: Design, family: str, key: str, field: str) -> Sources | None:
    """Return the sources that problems, causes, situation and facets share."""
    if key not in design.constructs:
        return None
    own: Sources = {"audiences": (design.audience_of(key),)}
    if field == "pomp":
        return own | {"paths": (f"{family}.{key}.mean",)} if family != "facet" else own | {
            "items": design.items_of(key)}
    return own | {"items": design.items_of(key)}


def _problem(design: Design, key: str, field: str) -> Sources | None:
    found = _scale(design, "problem", key, field)
    if found is None or field in ("mean", "pomp", "unfavourable_pct"):
        return found
    own = f"problem.{key}"
    if field == "severity":
        return found | {"items": (), "paths": (f"{own}.mean", f"{own}.status")}
    if field == "rank_top2_probability":
        return found | {"items": (), "paths": tuple(f"problem.{other}.pomp" for other in design.of_group("problem"))}
    if field == "grade":
        voices = tuple(f"interview.{code}.status" for code in design.code_of(key))
        facets = tuple(f"facet.{facet}.pomp" for facet in design.facets_of(key))
        return found | {"items": (), "paths": (f"{own}.status", *voices, *facets), "codes": design.code_of(key)}
    return found | {"paths": (f"{own}.mean",)}


def _cause(design: Design, key: str, field: str) -> Sources | None:
    found = _scale(design, "cause", key, field)
    if found is None or field != "share":
        return found
    problems = design.of_group("problem")
    return found | {"items": (), "paths": (*(f"link.{key}.{problem}.beta" for problem in problems),
                                           *(f"problem.{problem}.grade" for problem in problems),
                                           *(f"problem.{problem}.pomp" for problem in problems))}


def _link(design: Design, key: str, field: str) -> Sources | None:
    cause, _, problem = key.partition(".")
    if cause not in design.of_group("cause") or problem not in design.of_group("problem"):
        return None
    own: Sources = {"audiences": (design.audience,)}
    if field == "grade":
        return own | {"paths": (f"link.{key}.status",), "codes": (*design.code_of(cause), *design.code_of(problem))}
    if field == "status":
        return own | {"paths": tuple(f"link.{key}.{name}" for name in ("beta", "lo", "hi"))}
    return own | {"items": design.items_of(*design.of_group("cause"), problem)}


def _situation(design: Design, key: str, field: str) -> Sources | None:
    found = _scale(design, "situation", key, field)
    return found | {"items": (), "paths": (f"situation.{key}.pomp",)} if found and field == "tag" else found


def _facet(design: Design, key: str, field: str) -> Sources | None:
    found = _scale(design, "facet", key, field)
    if found is None or field in ("mean", "pomp", "unfavourable_pct"):
        return found
    facets = design.of_group("experience")
    if field == "importance_stated":
        return found | {"items": design.importance_item(key)}
    if field == "importance_derived":
        return found | {"items": design.items_of(*facets, *_first_outcome(design, key))}
    names = ("pomp", "importance_stated", "importance_derived")
    return found | {"items": (), "paths": tuple(f"facet.{facet}.{name}" for facet in facets for name in names)}


def _first_outcome(design: Design, facet: str) -> tuple[str, ...]:
    audience = design.audience_of(facet)
    return tuple(key for key in design.of_group("outcome") if design.audience_of(key) == audience)[:1]


def _outcome(design: Design, key: str, field: str) -> Sources | None:
    return _scale(design, "outcome", key, field)


def _gap(design: Design, key: str, field: str) -> Sources | None:
    problem, _, facet = key.partition(".")
    if facet not in design.facets_of(problem):
        return None
    if field == "flag":
        return {"paths": tuple(f"gap.{key}.{name}" for name in ("value", "lo", "hi"))}
    return {"paths": (f"problem.{problem}.pomp", f"facet.{facet}.pomp")}


def _item(design: Design, key: str, field: str) -> Sources | None:
    if key not in design.items:
        return None
    return {"items": (key,), "audiences": (design.items[key][0].audience,)}


def _interview(design: Design, key: str, field: str) -> Sources | None:
    book = design.template.codebook
    known = {code.key for code in book.codes} if book else set()
    if key not in known:
        return None
    counts = tuple(f"interview.{key}.{name}" for name in ("interviewees", "roles", "contradicts"))
    return {"codes": (key,), "paths": counts if field == "status" else ()}


def _safeguard(design: Design, key: str, field: str) -> Sources | None:
    safeguard, rules = design.safeguard(key), design.template.rules
    if safeguard is None or rules is None:
        return None
    if field == "readiness":
        # A study may ask fewer questions than its rules know: what is not asked is no input.
        asked = safeguard.readiness_item
        items = (asked,) if asked in design.items else ()
        return {"items": items, "audiences": (design.items[items[0]][0].audience,) if items else ()}
    return {"paths": tuple(f"measure.{measure.key}.verdict" for measure in rules.measures
                           if key in measure.safeguards)}


def _data(design: Design, key: str, field: str) -> Sources | None:
    model = design.template.value_model
    return {"fields": figure_fields(model, field) if model is not None else ()}


def _quality(design: Design, key: str, field: str) -> Sources | None:
    audience = key or design.audience
    return {"audiences": (audience,)} if any(i.audience == audience for i in design.template.instruments) else None


def _comment(design: Design, key: str, field: str) -> Sources | None:
    audience, _, code = key.partition(".")
    items = tuple(item for item in design.items_of_role("open") if design.items[item][0].audience == audience)
    return {"items": items, "audiences": (audience,), "codes": (code,) if ".to" not in code and code else ()}


def _measure(design: Design, key: str, field: str) -> Sources | None:
    measure = design.measure(key)
    if measure is None:
        return None
    own = trigger_paths(measure.trigger)
    if field in ("verdict", "size"):
        return {"paths": own if field == "verdict" or measure.sizing is None else (measure.sizing,)}
    acts_on = (*(f"problem.{problem}.grade" for problem, strength in measure.address_problem.items() if strength),
               *(f"cause.{cause}.share" for cause, strength in measure.address_cause.items() if strength),
               *(f"facet.{facet}.pomp" for facet, strength in measure.address_facet.items() if strength),
               *(f"safeguard.{guard}.readiness" for guard in measure.safeguards))
    return {"paths": (f"measure.{key}.verdict", *acts_on)}


def _objective(design: Design, key: str, field: str) -> Sources | None:
    objective = design.objective(key)
    if objective is None:
        return None
    grade = (f"problem.{objective.problem}.grade",)
    return {"paths": (baseline_path(objective.kpi.baseline) or grade) if field == "baseline" else grade}


def _strategy(design: Design, key: str, field: str) -> Sources | None:
    rules = design.template.rules
    inside = tuple(f"measure.{m.key}.verdict" for m in rules.measures if m.strategy == key) if rules else ()
    return {"paths": inside} if inside else None


def _links(design: Design, key: str, field: str) -> Sources | None:
    return {"items": design.items_of(*design.of_group("cause"), *design.of_group("problem")),
            "audiences": (design.audience,)}


_SOURCES: Mapping[str, Callable[[Design, str, str], Sources | None]] = {
    "problem": _problem, "cause": _cause, "link": _link, "situation": _situation, "facet": _facet, "gap": _gap,
    "outcome": _outcome, "item": _item, "interview": _interview, "safeguard": _safeguard, "data": _data,
    "quality": _quality, "comment": _comment, "measure": _measure, "objective": _objective,
    "strategy": _strategy, "links": _links,
}
