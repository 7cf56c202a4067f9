"""Which sections of a questionnaire come before which for every respondent, where blocks exchange their places."""

from __future__ import annotations

from instruments.schema import Instrument, Section


class SectionOrder:
    """Answers whether a section is passed before another by everybody.

    Blocks of one shuffle group exchange their places: a section of the group may come as early as the first place of
    the group and as late as the last.
    """

    def __init__(self, instrument: Instrument) -> None:
        self._sections = {section.key: section for section in instrument.sections}
        self._places = {section.key: place for place, section in enumerate(instrument.sections)}
        self._first: dict[str, int] = {}
        self._last: dict[str, int] = {}
        for place, section in enumerate(instrument.sections):
            if section.shuffle_group:
                self._first.setdefault(section.shuffle_group, place)
                self._last[section.shuffle_group] = place

    def is_before(self, earlier: str, later: str) -> bool:
        """Return whether everybody passes the one before the other; False where one does not exist."""
        one, other = self._sections.get(earlier), self._sections.get(later)
        if one is None or other is None:
            return False
        if one.block is not None and one.block == other.block:
            return self._places[earlier] < self._places[later]
        return self._latest(one) < self._earliest(other)

    def _latest(self, section: Section) -> int:
        return self._last.get(section.shuffle_group or "", self._places[section.key])

    def _earliest(self, section: Section) -> int:
        return self._first.get(section.shuffle_group or "", self._places[section.key])
