"""The numbered rules of the customer-value model (INS-230 to INS-237)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping

from instruments.errors import Finding
from instruments.logic import KnownItem, check_expression
from instruments.pairwise import RATIO_MAXIMUM, SIGN, Incomparable, comparison_matrix, elicited_weights
from instruments.template import ValueModel

VALUE_RULES: Mapping[str, str] = {
    "INS-230": "The weights of the value index add up to 1.",
    "INS-231": "The value model names only columns that it declares.",
    "INS-232": "Tiers begin at 0 and rise, and the upper tiers are among them.",
    "INS-233": "Every stage has a key of its own, and stage actions name stages.",
    "INS-234": "The customer types of tiers and upper tiers are those of the file.",
    "INS-236": "Comparisons of the parts of the value index are consistent: a ratio of .10 at most.",
    "INS-237": "Record fields, kinds of connections and legal bases have keys of their own; connections need a basis.",
}
WEIGHT_TOLERANCE = 1e-9     # weights are decimal fractions; their sum is exact but for binary rounding
TYPE_FIELD = "customer_type"
# Columns that the analysis adds to the customer file before stages and flags are judged.
DERIVED_COLUMNS: Mapping[str, str] = {
    "stage": "single", "is_upper_tier": "acknowledge", "is_top_tier": "acknowledge", "next_border": "decimal",
    "index_decile": "integer", "group_sum": "decimal", "best_member_tier": "single",
}


def adds_up(values: Iterable[float]) -> bool:
    """Return whether weights add up to 1 and none is negative."""
    weights = list(values)
    return math.isclose(math.fsum(weights), 1.0, abs_tol=WEIGHT_TOLERANCE) and all(weight >= 0 for weight in weights)

def value_findings(model: ValueModel, place: str) -> Iterator[Finding]:
    """Yield what is wrong with the customer-value model of a template."""
    here = f"{place}, value model"
    if not adds_up([part.weight for part in model.parts]):
        yield Finding("INS-230", here, "the weights of the value index do not add up to 1.", "Correct the weights.")
    columns = {field.key for field in model.fields}
    for name in (model.key_field, *model.required, *(source for part in model.parts for source in part.sources)):
        if name not in columns:
            yield Finding("INS-231", here, f"the column '{name}' is not declared.", "Add it to `fields`.")
    yield from _check_comparisons(model, here)
    yield from _check_tiers(model, here)
    yield from _check_stages(model, here)
    yield from _check_conditions(model, here)
    yield from _check_other_files(model, here)


def _check_tiers(model: ValueModel, here: str) -> Iterator[Finding]:
    types = {field.key: set(field.values) for field in model.fields}.get(TYPE_FIELD)
    for customer_type, tiers in model.tiers.items():
        where = f"{here}, tiers of {customer_type}"
        minimums = [tier.minimum for tier in tiers]
        keys = {tier.key for tier in tiers}
        if not minimums or minimums[0] != 0 or minimums != sorted(set(minimums)) or len(keys) != len(tiers):
            yield Finding("INS-232", where, "the borders do not rise from 0.", "Sort the tiers by `min`, from 0.")
        if not set(model.upper_tiers.get(customer_type, ())) <= keys:
            yield Finding("INS-232", where, "an upper tier is not among the tiers.", "Correct `upper_tiers`.")
    if types is not None and (set(model.tiers) != types or not set(model.upper_tiers) <= types):
        listed = ", ".join(sorted(types))
        yield Finding("INS-234", here, "the customer types of tiers and file differ.", f"Use: {listed}.")


def _check_stages(model: ValueModel, here: str) -> Iterator[Finding]:
    keys = [stage.key for stage in model.stages]
    unknown = sorted(set(model.stage_actions) - set(keys))
    if len(set(keys)) != len(keys) or unknown:
        yield Finding(
            "INS-233", here, f"a stage is repeated, or an action names no stage: {', '.join(unknown) or 'repeated'}.",
            "Give each stage a key of its own and name it in `stage_actions`.")


def _check_conditions(model: ValueModel, here: str) -> Iterator[Finding]:
    columns = {field.key: KnownItem(field.key, field.type, field.values) for field in model.fields}
    for name, kind in DERIVED_COLUMNS.items():
        choices = tuple(stage.key for stage in model.stages) if name == "stage" else ()
        columns[name] = KnownItem(name, kind, choices)
    file_only = {key: column for key, column in columns.items() if key not in DERIVED_COLUMNS}
    for stage in model.stages:
        yield from check_expression(stage.when, file_only, f"{here}, stage {stage.key}", allow_names=True)
    for flag, text in model.flags.items():
        yield from check_expression(text, columns, f"{here}, flag {flag}", allow_names=True)


def _check_comparisons(model: ValueModel, here: str) -> Iterator[Finding]:
    if not model.comparisons:
        return
    keys = [part.key for part in model.parts]
    try:
        found = elicited_weights(comparison_matrix(keys, model.comparisons))
    except Incomparable as error:
        yield Finding("INS-236", here, str(error), "Compare every pair of parts once.")
        return
    if found.ratio > RATIO_MAXIMUM and found.worst is not None:
        first, second = (keys[place] for place in found.worst)
        yield Finding("INS-236", here, f"the consistency ratio of the comparisons is {found.ratio:.2f}.",
                      f"Revise them until it is at most {RATIO_MAXIMUM:.2f}; "
                      f"'{first}{SIGN}{second}' is furthest from what the others say.")


def _check_other_files(model: ValueModel, here: str) -> Iterator[Finding]:
    records = [field for one in model.field_classes for field in one.fields]
    for noun, keys in (("record class", [one.key for one in model.field_classes]),
                       ("record field", [field.key for field in records]),
                       ("kind of connection", [kind.key for kind in model.relation_types]),
                       ("legal basis", [basis.key for basis in model.legal_bases])):
        for key in sorted({key for key in keys if keys.count(key) > 1}):
            yield Finding("INS-237", f"{here}, {noun} {key}", "the key is used more than once.", "Rename one of them.")
    for one in model.field_classes:
        if not one.fields or (one.stale_after_days is not None and one.stale_after_days < 1):
            yield Finding("INS-237", f"{here}, record class {one.key}", "it has no fields, or ages at once.",
                          "Give it fields, and `stale_after_days` of 1 or more.")
    if model.relation_types and not model.legal_bases:
        yield Finding("INS-237", f"{here}, relations", "there is no legal basis: no connection could be used.",
                      "Add `legal_bases`.")
    yield from _check_types(model, here)


def _check_types(model: ValueModel, here: str) -> Iterator[Finding]:
    only_for = [(field.key, field.customer_types) for field in model.fields]
    only_for += [(field.key, field.customer_types) for one in model.field_classes for field in one.fields]
    for key, types in only_for:
        for kind in types:
            if kind not in model.tiers:
                yield Finding("INS-234", f"{here}, field {key}", f"there is no customer type '{kind}'.",
                              f"Use: {', '.join(model.tiers)}.")
