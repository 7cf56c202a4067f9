"""Which part does each variable play in a model: item, factor, outcome, predictor?"""

from __future__ import annotations

from dataclasses import dataclass

from analysis.errors import ModelSyntaxError
from analysis.quant.sem.syntax import ModelText


@dataclass(frozen=True)
class Variables:
    """The variables of a model by their part, each in order of mention."""

    observed: tuple[str, ...]           # items first, then other dependent ones, then the rest
    latent: tuple[str, ...]
    indicators: tuple[str, ...]         # observed or latent: what measures a factor
    exogenous: tuple[str, ...]          # observed predictors that nothing explains and no line lets vary
    exogenous_latent: tuple[str, ...]   # factors that nothing explains
    outcomes: tuple[str, ...]           # explained, explaining nothing, measuring nothing
    with_residual: tuple[str, ...]      # observed variables with a variance of their own in the model


def variables_of(model: ModelText, *, place: str = "model") -> Variables:
    """Return the part that each variable of a model plays.

    Parameters
    ----------
    model : ModelText
        Statements as written.
    place : str
        Words for messages.

    Returns
    -------
    Variables
        In order of mention.

    Raises
    ------
    ModelSyntaxError
        Where a factor has a name that is also one of its own items, or nothing is observed.
    """
    def named(side: str, *ops: str) -> list[str]:
        return list(dict.fromkeys(getattr(row, side) for row in model.statements if row.op in ops))

    latent = named("lhs", "=~")
    indicators, explained, explaining = named("rhs", "=~"), named("lhs", "~"), named("rhs", "~")
    varying = named("lhs", "~~", "~1") + [name for name in named("rhs", "~~") if name]
    observed_items = [name for name in indicators if name not in latent]
    everything = observed_items + explained + [name for name in explaining if name not in explained] + varying
    observed = [name for name in dict.fromkeys(everything) if name not in latent]
    if not observed:
        raise ModelSyntaxError(place, "names no observed variable.", "Measure each factor by columns of the data.")
    free_to_vary = set(named("lhs", "~~")) | set(named("rhs", "~~"))
    exogenous = [name for name in explaining if name in observed and name not in explained
                 and name not in indicators and name not in free_to_vary]
    final = [name for name in explained if name not in explaining and name not in indicators]
    return Variables(
        observed=tuple(observed), latent=tuple(latent), indicators=tuple(indicators), exogenous=tuple(exogenous),
        exogenous_latent=tuple(name for name in latent if name not in explained and name not in indicators),
        outcomes=tuple([name for name in final if name in latent] + [name for name in final if name in observed]),
        with_residual=tuple(name for name in observed if name not in exogenous))
