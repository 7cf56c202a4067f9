"""Qualtrics surveys (.qsf) → Instrument, with what did not pass unchanged."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from instruments.formats.draft import LOST, Draft
from instruments.formats.foreign_logic import NotCarriedError
from instruments.formats.json_source import as_list, as_mapping, as_number, as_text, is_on, read_json
from instruments.formats.loss import LossLog, LossReport
from instruments.formats.markup import plain_text
from instruments.formats.qsf_flow import Flow, Visit
from instruments.formats.qsf_items import ItemBuilder
from instruments.formats.qsf_logic import Names, condition
from instruments.formats.qsf_plan import Plan, Planner, has_shuffled_rows
from instruments.formats.qsf_questions import Block, Survey, read_survey
from instruments.formats.soundness import finish
from instruments.formats.xlsform_expressions import both
from instruments.schema import Instrument, Item, Quota, Screen

_PIPE = re.compile(r"\$\{([^{}]*)\}")
_ANSWER = re.compile(r"q://([^/]+)/(ChoiceGroup|ChoiceTextEntryValue|ChoiceNumericEntryValue|QuestionText)(?:/(.*))?")
_FIELD = re.compile(r"e://Field/([^?]+)(?:\?.*)?")
_ENDED = {"en": "Thank you. These were all the questions for you.", "zh": "谢谢您，需要您回答的问题就是这些。"}
_FULL = {"en": "Thank you. We have enough answers like yours already.", "zh": "谢谢您，与您情况相近的答卷已经足够。"}


def read_qsf(content: bytes, name: str) -> tuple[Instrument, LossReport]:
    """Return the questionnaire of a Qualtrics file and what did not pass unchanged."""
    survey = read_survey(read_json(content, name), name)
    return _Reader(survey, name.rpartition(".")[0]).instrument(name)


class _Reader:
    def __init__(self, survey: Survey, stem: str) -> None:
        self._survey, self._stem = survey, re.sub(r"\W+", "_", stem) or "survey"
        self._log = LossLog()
        self._draft = Draft(tuple(ours for _, ours in survey.languages), self._log)
        self._draft.pipe = self._pipe
        self._names = Names()
        self._planner = Planner(self._draft, self._names)
        self._builder = ItemBuilder(self._draft, self._planner, self._names)
        self._flow = Flow(survey, self._log)
        self._built: set[str] = set()
        self._later: str | None = None      # the condition of all that follows a skip to the end of the survey

    def instrument(self, name: str) -> tuple[Instrument, LossReport]:
        """Return the whole questionnaire."""
        self._flow.walk()
        for field in self._flow.fields:
            self._names.fields[field] = self._draft.key(field, f"embedded data {field}")
        plans = self._plan()
        for number, visit in enumerate(self._flow.visits):
            self._read_visit(visit, plans, is_first=number == 0)
        self._read_ends()
        self._read_quotas()
        self._note_rest(plans)
        options = self._survey.options
        return finish(
            self._draft, name, key=self._stem, version="1", title=self._title(), intro={}, completion=self._end_text(),
            has_progress=as_text(options.get("ProgressBarDisplay")) not in ("", "None"))

    def _title(self) -> dict[str, str]:
        options = self._survey.options
        title = as_text(self._survey.entry.get("SurveyName")).strip() or as_text(options.get("SurveyTitle")).strip()
        return dict(self._draft.text("title", {self._draft.base: title}, self._stem))

    def _end_text(self) -> dict[str, str]:
        message = as_text(self._survey.options.get("EOSMessage"))
        if message and "MS_" in message[:3]:
            self._log.add("end", "its text stands in a library of messages", "left out; please write it")
            message = ""
        return dict(self._draft.text("end", {self._draft.base: message}))

    def _plan(self) -> dict[str, Plan]:
        found: dict[str, Plan] = {}
        for visit in self._flow.visits:
            for page in visit.block.pages:
                for element in page:
                    question = self._survey.questions.get(as_text(element.get("QuestionID")))
                    if question is not None and question.id not in found:
                        plan = self._planner.plan(question)
                        if plan is not None:
                            found[question.id] = plan
        return found

    # ---- pages ------------------------------------------------------------------------------------------------------
    def _read_visit(self, visit: Visit, plans: Mapping[str, Plan], *, is_first: bool) -> None:
        block = visit.block
        place = f"block {block.name or block.id}"
        show_if = self._later
        for logic in visit.logics:
            show_if = both(show_if, self._branch(logic, place))
        skips = _Skips()
        for number, page in enumerate(block.pages):
            key = self._draft.open_section(
                block.name or block.id, {}, show_if, block=visit.unit, shuffle_group=visit.shuffle_group)
            if is_first and number == 0:
                self._add_fields(key)
            read = [self._read_element(element, plans, key, skips, place) for element in page]
            self._shuffle(page, plans, key, read)
        self._note_block(block, place)
        self._later = both(self._later, skips.survey)

    def _branch(self, logic: Any, place: str) -> str | None:
        try:
            return condition(logic, self._names)
        except NotCarriedError as error:
            self._log.add(place, f"the branch before it is not read ({error})", "shown to everybody")
            return None

    def _add_fields(self, section: str) -> None:
        for field, key in self._names.fields.items():
            self._draft.items.append(Item(key, section, "hidden", {}, default=self._flow.fields[field] or None))

    def _read_element(
        self, element: Mapping[str, Any], plans: Mapping[str, Plan], section: str, skips: _Skips, place: str,
    ) -> list[Item]:
        identity = as_text(element.get("QuestionID"))
        plan = plans.get(identity)
        skips.reach(identity)
        if plan is None or identity in self._built:
            return []
        self._built.add(identity)
        items = [replace(item, show_if=both(skips.condition, item.show_if))
                 for item in self._builder.build(plan, section)]
        self._draft.items += items
        for raw in map(as_mapping, as_list(element.get("SkipLogic"))):
            self._read_skip(raw, plan, skips, place)
        return items

    def _shuffle(
        self, page: tuple[Mapping[str, Any], ...], plans: Mapping[str, Plan], section: str, read: list[list[Item]],
    ) -> None:
        shown = [plans.get(as_text(element.get("QuestionID"))) for element in page]
        orders = [plan is not None and has_shuffled_rows(plan.question) for plan in shown]
        if self._draft.shuffle_ratings(section, zip(orders, read, strict=True)):
            return
        for plan, is_shuffled in zip(shown, orders, strict=True):
            if plan is not None and is_shuffled:
                self._log.add(plan.question.place, "its rows are shown in random order",
                              "shown in the order of the file")

    def _read_skip(self, raw: Mapping[str, Any], plan: Plan, skips: _Skips, place: str) -> None:
        target = as_text(raw.get("SkipToDestination"))
        test = {"LogicType": "Question", "LeftOperand": raw.get("Locator") or raw.get("ChoiceLocator"),
                "Operator": raw.get("Condition"), "RightOperand": raw.get("RightOperand")}
        try:
            stays = f"not({condition({'0': {'0': test}}, self._names)})"
        except NotCarriedError as error:
            self._log.add(plan.question.place, f"its skip to '{target}' is not read ({error})", "nothing is skipped")
            return
        skips.add(target, stays)
        self._log.add(plan.question.place, f"it skips to '{target}' ({place})", "what lies between is shown only "
                      f"when {stays}")

    def _note_block(self, block: Block, place: str) -> None:
        randomized = as_text(block.options.get("RandomizeQuestions"))
        if randomized not in ("", "false"):
            self._log.add(place, "its questions are shown in random order", "shown in the order of the file")
        if as_text(block.options.get("Looping")) not in ("", "None"):
            self._log.add(place, "its questions are asked again in a loop", "asked once")

    # ---- ends and quotas --------------------------------------------------------------------------------------------
    def _read_ends(self) -> None:
        for number, logics in enumerate(self._flow.ends, 1):
            whole: str | None = None
            for logic in logics:
                try:
                    whole = both(whole, condition(logic, self._names))
                except NotCarriedError as error:
                    self._log.add("survey flow", f"an early end is not read ({error})", "nobody ends early by it")
                    break
            else:
                if whole:
                    self._draft.screens.append(Screen(f"end_{number}", whole, self._said(_ENDED)))

    def _read_quotas(self) -> None:
        for number, raw in enumerate(self._survey.quotas, 1):
            name = as_text(raw.get("Name")) or str(number)
            limit = as_number(raw.get("Occurrences"))
            try:
                test = condition(raw.get("Logic"), self._names)
            except NotCarriedError as error:
                self._log.add(f"quota {name}", f"its logic is not read ({error})", "left out")
                continue
            if limit is None or limit < 1:
                self._draft.screens.append(Screen(f"quota_{number}", test, self._said(_FULL)))
            else:
                self._draft.quotas.append(Quota(f"quota_{number}", test, int(limit), self._said(_FULL)))
            self._log.add(
                f"quota {name}", "its message stands elsewhere", "a general message is shown; please write it")

    def _said(self, words: Mapping[str, str]) -> dict[str, str]:
        return {code: words.get(code.split("-")[0], words["en"]) for code in self._draft.languages}

    # ---- texts ------------------------------------------------------------------------------------------------------
    def _pipe(self, place: str, text: str, language: str) -> str:
        return _PIPE.sub(lambda match: self._piped(match.group(1).strip(), place, language), text)

    def _piped(self, locator: str, place: str, language: str) -> str:
        field = _FIELD.fullmatch(locator)
        if field and field.group(1) in self._names.fields:
            return f"${{{self._names.fields[field.group(1)]}}}"
        answer = _ANSWER.fullmatch(locator)
        if answer:
            question = self._survey.questions.get(answer.group(1))
            if answer.group(2) == "QuestionText" and question is not None:
                return plain_text(_PIPE.sub(LOST, question.text.get(language, "")))[0]
            try:
                return f"${{{self._names.item_of(answer.group(1), answer.group(3) or '').key}}}"
            except NotCarriedError:
                pass
        self._log.add(place, f"its text shows [{locator[:120]}], which has no answer here", f"'{LOST}' stands there")
        return LOST

    # ---- what is lost -----------------------------------------------------------------------------------------------
    def _note_rest(self, plans: Mapping[str, Plan]) -> None:
        trash = {as_text(element.get("QuestionID")) for block in self._survey.blocks.values() if block.kind == "Trash"
                 for page in block.pages for element in page}
        for question in self._survey.questions.values():
            if question.id in plans or question.id in self._names.lost:
                continue
            why = "it lies in the trash" if question.id in trash else "the flow never shows it"
            self._log.add(question.place, why, "left out")
        if self._survey.n_notes:
            self._log.add("survey", f"it holds {self._survey.n_notes} note(s) of its authors", "left out")
        options = self._survey.options
        if any(as_mapping(question.raw.get("Configuration")) for question in self._survey.questions.values()):
            self._log.add("survey", "its questions have layout settings (column widths, repeated headers, positions)",
                          "shown in the usual way")
        for name, what, done in (
                ("Header", "it has a header", "left out"), ("Footer", "it has a footer", "left out"),
                ("Skin", "it has a theme", "shown in the usual way"),
                ("CustomStyles", "it has styles of its own", "shown in the usual way"),
                ("SurveyExpiration", "it closes at a date", "dates are set when a wave is opened"),
                ("PartialData", "unfinished answers are kept for a time", "a wave says how long"),
                ("EOSRedirectURL", "the end leads to another page", "left out")):
            if as_text(options.get(name)).strip() not in ("", "None", "No"):
                self._log.add("survey settings", what, done)
        if options.get("BackButton") is not None and not is_on(options.get("BackButton")):
            self._log.add("survey settings", "one cannot go back", "one can always go back")


class _Skips:
    """The conditions under which what follows in a block is shown, because something before it may skip it."""

    def __init__(self) -> None:
        self._open: list[tuple[str, str]] = []      # target, condition
        self.survey: str | None = None

    def add(self, target: str, stays: str) -> None:
        self._open.append((target, stays))
        if target == "ENDOFSURVEY":
            self.survey = both(self.survey, stays)

    def reach(self, identity: str) -> None:
        """A question is reached: skips to it end here."""
        self._open = [(target, stays) for target, stays in self._open if target != identity]

    @property
    def condition(self) -> str | None:
        whole: str | None = None
        for _, stays in self._open:
            whole = both(whole, stays)
        return whole
