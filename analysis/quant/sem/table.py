"""Which parameters does a model have? The statements of a model text with what goes without saying, group by group."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

from analysis.errors import ModelSyntaxError, SpecError
from analysis.quant.sem.syntax import Definition, ModelText, Statement
from analysis.quant.sem.variables import Variables, variables_of

Equal = Literal["loadings", "intercepts", "residuals", "residual.covariances", "lv.variances", "lv.covariances",
                "means", "regressions", "thresholds"]
EQUAL = ("loadings", "intercepts", "residuals", "residual.covariances", "lv.variances", "lv.covariances", "means",
         "regressions", "thresholds")


@dataclass(frozen=True)
class Parameter:
    """One parameter of one group.

    `free` numbers the quantities that are estimated; equal parameters share a number, fixed ones have 0.
    """

    lhs: str
    op: str
    rhs: str
    group: int
    free: int = 0
    fixed: float | None = None
    start: float | None = None
    label: str = ""
    is_written: bool = False
    is_exogenous: bool = False      # variance, covariance or mean of a predictor, held at the sample's
    equal_to: str = ""              # key of what it must equal across groups

    @property
    def key(self) -> str:
        """Return the words `lhs op rhs` by which the parameter is named in every group."""
        return f"{self.lhs}{self.op}{self.rhs}"


@dataclass(frozen=True)
class ParameterTable:
    """All parameters of a model, one block per group in the same order, then what is defined from them."""

    rows: tuple[Parameter, ...]
    variables: Variables
    groups: tuple[str, ...]
    has_means: bool
    definitions: tuple[Definition, ...] = ()

    @property
    def n_free(self) -> int:
        """Return how many quantities are estimated."""
        return max((row.free for row in self.rows), default=0)

    def of_group(self, group: int) -> tuple[Parameter, ...]:
        """Return the parameters of one group, counted from 0."""
        return tuple(row for row in self.rows if row.group == group)


@dataclass(frozen=True)
class TableOptions:
    """How the table is completed; the defaults are those of lavaan's cfa and sem."""

    std_lv: bool = False
    has_means: bool = False
    groups: tuple[str, ...] = ("",)
    equal: tuple[str, ...] = ()
    partial: tuple[str, ...] = ()       # keys such as "x3~1" that stay free in spite of `equal`
    fixed_x: bool = True
    orthogonal: bool = False
    thresholds: tuple[tuple[str, int], ...] = ()    # ordinal items (delta) with the number of their thresholds
    free_intercepts: bool = False       # of ordinal items in later groups, as equal thresholds alone allow


def parameter_table(model: ModelText, options: TableOptions | None = None, *, place: str = "model") -> ParameterTable:
    """Return the complete parameter table of a model.

    Parameters
    ----------
    model : ModelText
        Statements as written.
    options : TableOptions
        How it is completed.
    place : str
        Words for messages.

    Returns
    -------
    ParameterTable
        As written first, then: the first loading of each factor is 1 (or, with `std_lv`, each factor's variance);
        variances of items, factors and outcomes; covariances among factors that nothing explains, among outcomes that
        explain nothing; variances and covariances of observed predictors, held at the sample's; with means intercepts,
        those of factors 0 (in later groups free where all intercepts are equal).

    Raises
    ------
    ModelSyntaxError, SpecError
        For a contradiction in the model or an unknown group restriction.

    References
    ----------
    Rosseel 2012, lavaan: the meaning of auto.var, auto.cov.lv.x, auto.cov.y, auto.fix.first, fixed.x.
    """
    options = options or TableOptions()
    unknown = [name for name in options.equal if name not in EQUAL]
    if unknown:
        raise SpecError(place, f"equal: {unknown[0]!r} is not known.", f"Use: {', '.join(EQUAL)}.")
    variables = variables_of(model, place=place)
    has_means = options.has_means or len(options.groups) > 1 or any(row.op == "~1" for row in model.statements)
    options = replace(options, has_means=has_means)
    _check_partial(options, _written(model, variables, options, 0, place), place)
    rows: list[Parameter] = []
    for group in range(len(options.groups)):
        written = _written(model, variables, options, group, place)
        rows.extend(_equalised(written, variables, options))
    numbered = _numbered(rows, place)
    _check_labels(model, numbered, place)
    return ParameterTable(numbered, variables, options.groups, has_means, model.definitions)


def _check_partial(options: TableOptions, rows: Sequence[Parameter], place: str) -> None:
    keys = {row.key for row in rows}
    for key in options.partial:
        if key.replace(" ", "") not in keys:
            raise SpecError(place, f"partial: {key!r} is not a parameter of the model.",
                            "Write it as in the model, such as `visual =~ x2` or `x3 ~1`.")


def _check_labels(model: ModelText, rows: Iterable[Parameter], place: str) -> None:
    known = {row.label for row in rows if row.label}
    for definition in model.definitions:
        for name in definition.formula.names():
            if name not in known:
                raise ModelSyntaxError(f"{place}, line {definition.line}", f"{name!r} is not a label of the model.",
                                       "Label the parameter: `y ~ a*x`, and use the label here.")
        known.add(definition.name)


def _written(model: ModelText, variables: Variables, options: TableOptions, group: int,
             place: str) -> list[Parameter]:
    """Return the parameters of one group: those written, then those that go without saying."""
    rows = [_parameter(statement, options, group, place) for statement in model.statements]
    rows = _with_metric(rows, variables, options)
    known = {row.key for row in rows}
    known |= {f"{row.rhs}~~{row.lhs}" for row in rows if row.op == "~~"}
    for row in _unsaid(variables, options, group):
        if row.key not in known:
            rows.append(row)
    return rows


def _parameter(statement: Statement, options: TableOptions, group: int, place: str) -> Parameter:
    said, n_groups = statement.modifier, len(options.groups)
    here = f"{place}, line {statement.line}"

    def entry(values: Sequence[float | str | bool | None]) -> float | str | bool | None:
        if len(values) not in {0, 1, n_groups}:
            raise ModelSyntaxError(here, f"c(…) has {len(values)} entries, the data have {n_groups} group(s).",
                                   "Give one entry per group.")
        return values[group if len(values) == n_groups else 0] if values else None

    fixed, label, start = entry(said.fixed), entry(said.labels), entry(said.start)
    return Parameter(statement.lhs, statement.op, statement.rhs, group,
                     fixed=None if fixed is None else float(fixed), start=None if start is None else float(start),
                     label=str(label or ""), is_written=True, free=-1 if entry(said.freed) else 0)


def _with_metric(rows: list[Parameter], variables: Variables, options: TableOptions) -> list[Parameter]:
    """Give each factor its unit: the first loading 1, unless it was freed or fixed."""
    if options.std_lv:
        return rows
    seen: set[str] = set()
    given = []
    for row in rows:
        is_first = row.op == "=~" and row.lhs not in seen
        if is_first:
            seen.add(row.lhs)
            if row.free != -1 and row.fixed is None:
                row = replace(row, fixed=1.0)
        given.append(row)
    return given


def _unsaid(variables: Variables, options: TableOptions, group: int) -> list[Parameter]:
    rows = [Parameter(name, "~~", name, group) for name in variables.with_residual
            if not (options.thresholds and name in variables.observed)]
    rows += [Parameter(name, "~~", name, group, fixed=1.0 if options.std_lv else None) for name in variables.latent]
    fixed = 0.0 if options.orthogonal else None
    rows += [Parameter(one, "~~", other, group, fixed=fixed)
             for one, other in combinations(variables.exogenous_latent, 2)]
    rows += [Parameter(one, "~~", other, group) for one, other in combinations(variables.outcomes, 2)]
    held = options.fixed_x
    x = variables.exogenous
    rows += [Parameter(one, "~~", other, group, is_exogenous=held)
             for at, one in enumerate(x) for other in x[at:]]
    if options.has_means:
        rows += [Parameter(name, "~1", "", group, fixed=_intercept(name, options, group),
                           is_exogenous=held and name in x) for name in variables.observed]
        is_free = (group > 0 and bool({"intercepts", "thresholds"} & set(options.equal))
                   and "means" not in options.equal and not options.free_intercepts)
        rows += [Parameter(name, "~1", "", group, fixed=None if is_free else 0.0) for name in variables.latent]
    return rows + _of_cuts(options, group)


def _intercept(name: str, options: TableOptions, group: int) -> float | None:
    """Return 0 for an ordinal item, whose place is in its thresholds, unless a later group shares them; else None."""
    partial = {key.replace(" ", "") for key in options.partial}
    is_free = options.free_intercepts or ("thresholds" in options.equal and f"{name}~1" in partial)
    return 0.0 if options.thresholds and not (is_free and group > 0) else None


def _of_cuts(options: TableOptions, group: int) -> list[Parameter]:
    """Return thresholds and scales of ordinal items; later groups that share thresholds have scales of their own."""
    rows = [Parameter(name, "|", f"t{at + 1}", group) for name, count in options.thresholds for at in range(count)]
    is_free = group > 0 and "thresholds" in options.equal
    return rows + [Parameter(name, "~*~", name, group, fixed=None if is_free else 1.0)
                   for name, _ in options.thresholds]


def _equalised(rows: list[Parameter], variables: Variables, options: TableOptions) -> list[Parameter]:
    partial = {key.replace(" ", "") for key in options.partial}
    done = []
    for row in rows:
        if _kind(row, variables) in options.equal and row.key not in partial and not row.is_exogenous:
            row = replace(row, equal_to=row.key)
        frees_variance = (options.std_lv and row.group > 0 and "loadings" in options.equal and row.op == "~~"
                          and row.lhs == row.rhs and row.lhs in variables.latent and not row.is_written
                          and "lv.variances" not in options.equal)
        done.append(replace(row, fixed=None) if frees_variance else row)
    return done


def _kind(row: Parameter, variables: Variables) -> str:
    latent = row.lhs in variables.latent
    if row.op == "~~":
        same = row.lhs == row.rhs
        names = ("lv.variances", "lv.covariances") if latent else ("residuals", "residual.covariances")
        return names[0 if same else 1]
    if row.op == "~1":
        return "means" if latent else "intercepts"
    return {"=~": "loadings", "~": "regressions", "|": "thresholds"}.get(row.op, "")


def _numbered(rows: list[Parameter], place: str) -> tuple[Parameter, ...]:
    """Number the free parameters; those of one label or one `equal_to` share their number or their fixed value."""
    held = {row.label: row.fixed for row in rows if row.label and row.fixed is not None and row.free != -1}
    numbers: dict[str, int] = {}
    counter, done = 0, []
    for at, row in enumerate(rows):
        value = held.get(row.label, row.fixed) if row.label else row.fixed
        if row.is_exogenous or (value is not None and row.free != -1):
            done.append(replace(row, free=0, fixed=value))
            continue
        name = row.label or row.equal_to or f"#{at}"
        if name not in numbers:
            counter += 1
            numbers[name] = counter
        if row.label and row.equal_to:
            numbers.setdefault(row.equal_to, numbers[name])
        done.append(replace(row, free=numbers[name], fixed=None))
    if counter == 0:
        raise ModelSyntaxError(place, "has no free parameter.", "Leave something to be estimated.")
    return tuple(done)
