"""When further interviews brought hardly any new code, and whether that lasted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Saturation:
    """Guest, Namey & Chen 2020."""

    n_interviews: int
    base: int
    run: int
    threshold: float
    curve: tuple[tuple[str, int, float | None], ...]      # interview, new codes, value of the run that ends here
    reached_at: str | None                                # "6+2"
    verdict: Literal["reached", "not_reached", "too_few", "undefined"]

    @property
    def n_reached(self) -> int:
        """The interviews that the base and its confirming run took; 0 where nothing is reached."""
        return sum(int(part) for part in (self.reached_at or "0").split("+"))

    @property
    def n_later(self) -> int:
        """Codes that came up only after that."""
        return sum(new for _, new, _ in self.curve[self.n_reached:]) if self.reached_at else 0

    @property
    def broken_at(self) -> tuple[int, int] | None:
        """Place and new codes of the first interview whose run is above the threshold again; None where it lasted."""
        later = list(enumerate(self.curve, 1))[self.n_reached:] if self.reached_at else []
        return next(((place, new) for place, (_, new, value) in later if value is not None and value > self.threshold),
                    None)
