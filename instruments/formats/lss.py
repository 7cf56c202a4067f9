"""LimeSurvey files (.lss, .lsg, .lsq, .lsa) → Instrument, with what did not pass unchanged."""

from __future__ import annotations

import re
from dataclasses import replace

from instruments.formats.draft import Draft
from instruments.formats.loss import LossLog, LossReport
from instruments.formats.lss_attributes import note_attributes
from instruments.formats.lss_conditions import Conditions, relevance_of_conditions
from instruments.formats.lss_frame import Frame
from instruments.formats.lss_items import ItemBuilder
from instruments.formats.lss_limits import Limits
from instruments.formats.lss_names import Plan, Planner
from instruments.formats.lss_pipes import Pipes
from instruments.formats.lss_questions import Group, Question, languages_of, read_groups
from instruments.formats.lss_tables import Tables, read_tables
from instruments.formats.soundness import finish
from instruments.schema import Instrument, Item, ItemKind

SUFFIXES = (".lss", ".lsg", ".lsq", ".lsa")


def read_lss(content: bytes, name: str) -> tuple[Instrument, LossReport]:
    """Return the questionnaire of a LimeSurvey file and what did not pass unchanged."""
    stem, _, ending = name.rpartition(".")
    log = LossLog()
    tables = read_tables(content, f".{ending.lower()}", name, log)
    return _Reader(tables, stem, log).instrument(name)


class _Reader:
    def __init__(self, tables: Tables, stem: str, log: LossLog) -> None:
        pairs = languages_of(tables)
        self._tables, self._stem = tables, re.sub(r"\W+", "_", stem) or "survey"
        self._draft = Draft(tuple(ours for _, ours in pairs), log)
        self._groups = self._with_conditions(read_groups(tables, pairs))
        self._planner = Planner(self._draft, tables.first("surveys").get("sid") or self._sid())
        self._plans = self._planner.plan(self._groups)
        self._pipes = Pipes(self._draft, self._planner.names)
        self._draft.pipe = self._pipes.pipe
        self._conditions = Conditions(self._draft, self._planner.names)
        self._limits = Limits(self._draft, self._planner.names)
        self._builder = ItemBuilder(self._draft, self._planner, self._pipes)
        self._frame = Frame(self._draft, tables, dict(pairs), self._planner.names)

    def _sid(self) -> str:
        return self._tables.first("questions").get("sid", "")

    def _with_conditions(self, groups: list[Group]) -> list[Group]:
        """Fill in the old table of conditions where a question has no equation."""
        equations = relevance_of_conditions(self._tables)

        def changed(question: Question) -> Question:
            if question.qid in equations and question.relevance.strip() in ("", "1"):
                return replace(question, relevance=equations[question.qid])
            return question

        return [replace(group, questions=tuple(map(changed, group.questions))) for group in groups]

    def instrument(self, name: str) -> tuple[Instrument, LossReport]:
        """Return the whole questionnaire."""
        head = self._frame.head(self._stem)
        for group in self._groups:
            self._read_group(group)
        self._pipes.at("", "")
        self._frame.add_quotas()
        return finish(self._draft, name, **head)

    def _read_group(self, group: Group) -> None:
        place = f"group {group.gid}"
        show_if = self._conditions.expression(group.relevance, place)
        self._pipes.at("", "")
        shows_name, shows_description = self._shown_parts(group, place)
        key = self._draft.open_section(
            f"group_{group.gid}", self._draft.text(place, group.name) if shows_name else {}, show_if,
            shuffle_group=group.randomization or None)
        self._pipes.at(f"group_{group.gid}", key)
        description = self._draft.text(f"{place}, description", group.description) if shows_description else {}
        if description:
            self._draft.items.extend(self._pipes.flush())
            self._draft.items.append(Item(self._draft.key(f"group_{group.gid}_text", place), key, "note", description))
        read: list[tuple[bool, list[Item]]] = []
        for question in group.questions:
            items = self._read_question(self._plans[question.qid], key)
            read.append((_is_shuffled(question), items))
            self._draft.items.extend(items)
        self._note_orders(group, self._draft.shuffle_ratings(key, read))

    def _shown_parts(self, group: Group, place: str) -> tuple[bool, bool]:
        """Return whether respondents see the name and the description of groups, which a survey may hide."""
        setting = self._tables.first("surveys").get("showgroupinfo", "B")
        shows_name, shows_description = setting not in ("D", "X"), setting not in ("N", "X")
        for is_shown, words, what in ((shows_name, group.name, "name"), (shows_description, group.description,
                                                                         "description")):
            if not is_shown and any(text.strip() for text in words.values()):
                self._draft.log.add(place, f"the survey does not show its {what}", "left out")
        return shows_name, shows_description

    def _read_question(self, plan: Plan, section: str) -> list[Item]:
        question = plan.question
        if plan.unasked:
            self._draft.log.add(question.place, plan.unasked, "left out")
            return []
        note_attributes(question, self._draft.log)
        items = self._builder.build(plan, section)
        if question.type == "*":
            items = self._calculated(plan, items)
        return self._conditions.apply(plan, self._limits.apply(plan, items))

    def _calculated(self, plan: Plan, items: list[Item]) -> list[Item]:
        """Return the item of an equation, which may be a text with expressions in braces."""
        question = plan.question
        text = question.attribute("equation") or next(iter(question.text.values()), "")
        calculation = self._pipes.calculation(question.place, text)
        found = [*self._pipes.flush(), *items]
        kind: ItemKind = "calculate" if calculation else "hidden"
        return [replace(item, kind=kind, calculation=calculation) if item.key == plan.cells[0].key else item
                for item in found]

    def _note_orders(self, group: Group, is_shuffled: bool) -> None:
        for question in group.questions:
            if not _is_shuffled(question) or not question.rows or question.type in "MP":
                continue
            if not is_shuffled or question.type not in "ABFH":
                self._draft.log.add(
                    question.place, "its rows are shown in random order", "shown in the order of the file")


def _is_shuffled(question: Question) -> bool:
    return question.attribute("random_order") == "1" or question.attribute("subquestion_order") == "random"
