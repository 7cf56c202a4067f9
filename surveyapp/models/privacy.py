"""How much is known of who answered: the three modes of a questionnaire link, and what never changes about it."""

from __future__ import annotations

from surveyapp.errors import Refused

ANONYMOUS, CONFIDENTIAL, IDENTIFIED = "anonymous", "confidential", "identified"
MODES = (ANONYMOUS, CONFIDENTIAL, IDENTIFIED)


class PromiseFixed(Refused):
    """What respondents were told when they began is not changed under them."""

    def __init__(self) -> None:
        super().__init__("The privacy mode and the smallest group of a questionnaire are fixed once its link is made.",
                         "Make a new study, or publish another questionnaire, with the mode you want.")
