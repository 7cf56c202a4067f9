"""What was entered about the organisation, drawn: its units and its process. No diagnosis is needed for it."""

from __future__ import annotations

from instruments.facts import ProcessStep, StudyFacts
from instruments.schema import Text
from reports.content import Figure
from reports.figures import Flow, FlowStep, Tree, TreeNode
from reports.wording import Words

HALF_DAY = 0.5          # below it a duration would be printed as 0 days


def unit_tree(facts: StudyFacts, language: str) -> Figure:
    """Return the units with their headcount, children under their parent."""
    words, units = Words(language), facts.units
    nodes = tuple(TreeNode(unit.key, _read(unit.name, language),
                           words.text("situation.people", n=unit.headcount) if unit.headcount is not None else "",
                           unit.parent, unit.is_responsible) for unit in units)
    roots = [_read(unit.name, language) for unit in units if unit.parent is None]
    alt = words.text("situation.tree_alt", n=len(units), root=roots[0] if roots else "")
    return Figure("f-units", words.say("situation.tree_title", n=len(units)), Tree(nodes), alt,
                  words.text("situation.tree_unit"), words.text("situation.entered_source"))


def process_flow(facts: StudyFacts, language: str) -> Figure:
    """Return the steps of the process in their order, with owner and days."""
    words, steps = Words(language), facts.process
    drawn = tuple(FlowStep(_read(step.name, language), _read(step.owner, language), step.days,
                           _days_label(words, step.days),
                           _read(step.input, language), _read(step.output, language))
                  for step in steps)
    names = words.text("labels.between").join(step.label for step in drawn)
    alt = words.text("situation.flow_alt", n=len(steps), names=names)
    days = _days(steps)
    title = (words.say("situation.process_plain", n=len(steps)) if days is None
             else words.say("situation.process_title", n=len(steps), days=days))
    return Figure("f-process", title, Flow(drawn, _heads(words)), alt,
                  words.text("situation.flow_unit"), words.text("situation.entered_source"))


def _heads(words: Words) -> tuple[str, str, str, str]:
    return (words.text("situation.process_step"), words.text("situation.process_input"),
            words.text("situation.process_output"), words.text("situation.process_days"))


def _days_label(words: Words, days: float | None) -> str:
    if days is None:
        return ""
    return words.text("situation.flow_days", days=days) if days >= HALF_DAY else words.text("situation.flow_same_day")


def _days(steps: tuple[ProcessStep, ...]) -> float | None:
    known = [step.days for step in steps if step.days is not None]
    return sum(known) if known else None


def _read(text: Text, language: str) -> str:
    """Return the wording in the language, or the first there is."""
    return text.get(language) or next(iter(text.values()), "")
