"""The survey flow of Qualtrics → blocks in their order with their conditions, embedded data, early ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from instruments.formats.json_source import as_list, as_mapping, as_number, as_text
from instruments.formats.loss import LossLog
from instruments.formats.qsf_questions import Block, Survey

_BLOCKS = frozenset({"Block", "Standard", "Default"})
_NO_PLACE = {
    "WebService": "it asks another server", "Authenticator": "it asks respondents to log in",
    "ReferenceSurvey": "it takes questions from another survey", "TableOfContents": "it shows a table of contents",
    "SupplementalData": "it reads another data set", "Conjoint": "it is a conjoint analysis",
}
_MOST_LEVELS = 30


@dataclass(frozen=True)
class Visit:
    """One block in its turn; `logics` must all hold."""

    block: Block
    logics: tuple[Any, ...] = ()
    unit: str | None = None             # what moves together in a shuffled group
    shuffle_group: str | None = None


@dataclass
class Flow:
    """What a walk through the flow finds."""

    survey: Survey
    log: LossLog
    visits: list[Visit] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)        # embedded data → its value, "" where it comes later
    ends: list[tuple[Any, ...]] = field(default_factory=list)

    def walk(self) -> None:
        """Read the whole flow; a file without one shows its blocks in their order."""
        if self.survey.flow:
            self._nodes(self.survey.flow, Visit(_NOWHERE), 0)
        else:
            self.visits = [Visit(block) for block in self.survey.blocks.values() if block.kind != "Trash"]

    def _nodes(self, nodes: tuple[Mapping[str, Any], ...], here: Visit, level: int) -> None:
        if level > _MOST_LEVELS:
            self.log.add("survey flow", f"it nests more than {_MOST_LEVELS} levels", "the deepest are left out")
            return
        for number, node in enumerate(nodes):
            kind = as_text(node.get("Type"))
            if kind in _BLOCKS:
                self._block(node, here)
            elif kind == "EmbeddedData":
                self._embedded(node, here)
            elif kind == "EndSurvey":
                self._end(node, here, is_last=number == len(nodes) - 1)
            else:
                self._inner(node, kind, here, level)

    def _inner(self, node: Mapping[str, Any], kind: str, here: Visit, level: int) -> None:
        """Read an element that holds others."""
        if kind == "BlockRandomizer":
            self._randomizer(node, here, level)
            return
        if kind == "Branch":
            here = replace(here, logics=(*here.logics, node.get("BranchLogic")))
        elif kind not in ("Group", "Root"):
            self.log.add("survey flow", _NO_PLACE.get(kind, f"it has an element '{kind[:40]}'"), "left out")
        self._nodes(_inside(node), here, level + 1)

    def _block(self, node: Mapping[str, Any], here: Visit) -> None:
        block = self.survey.blocks.get(as_text(node.get("ID")))
        if block is None or block.kind == "Trash":
            return
        if any(visit.block is block for visit in self.visits):
            self.log.add(f"block {block.name}", "the flow shows it a second time", "shown once, the first time")
            return
        self.visits.append(replace(here, block=block))

    def _randomizer(self, node: Mapping[str, Any], here: Visit, level: int) -> None:
        name, parts = as_text(node.get("FlowID")) or "randomizer", _inside(node)
        chosen = as_number(node.get("SubSet"))
        if chosen is not None and chosen < len(parts):
            self.log.add(
                "survey flow", f"each respondent sees {int(chosen)} of the {len(parts)} parts of {name}",
                "everybody sees all of them, in random order")
        if here.shuffle_group is not None:
            self.log.add("survey flow", f"{name} lies inside another randomizer", "its parts keep their order")
        for number, part in enumerate(parts, 1):
            inner = here if here.shuffle_group is not None else replace(
                here, unit=f"{name}_{number}", shuffle_group=name)
            self._nodes((part,), inner, level + 1)

    def _embedded(self, node: Mapping[str, Any], here: Visit) -> None:
        for entry in map(as_mapping, as_list(node.get("EmbeddedData"))):
            name, value = as_text(entry.get("Field")).strip(), as_text(entry.get("Value"))
            if not name:
                continue
            place = f"embedded data {name}"
            if here.logics:
                self.log.add(place, "it is set only on one branch", "it stays empty")
                self.fields.setdefault(name, "")
            elif as_text(entry.get("Type")) == "Custom" and "${" not in value:
                self.fields[name] = value
            else:
                self.log.add(place, "it is filled from the address, a contact list or an answer", "it stays empty")
                self.fields.setdefault(name, "")

    def _end(self, node: Mapping[str, Any], here: Visit, *, is_last: bool) -> None:
        options = as_mapping(node.get("Options"))
        if as_text(options.get("SurveyTermination")) not in ("", "DefaultMessage"):
            self.log.add("survey flow", "an early end has a message or an address of its own",
                         "a general message is shown; please write it")
        if here.logics:
            self.ends.append(here.logics)
        elif not is_last:
            self.log.add("survey flow", "it ends before its last part", "the whole flow is shown")


def _inside(node: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    return tuple(map(as_mapping, as_list(node.get("Flow"))))


_NOWHERE = Block("", "", "", (), {})
