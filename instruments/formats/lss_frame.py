"""What stands around LimeSurvey's questions: welcome, end, policy, quotas, and settings that have no place here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from instruments.formats.draft import Draft
from instruments.formats.foreign_logic import NotCarriedError
from instruments.formats.foreign_tree import Translator, joined
from instruments.formats.lss_logic import Names
from instruments.formats.lss_tables import Row, Tables
from instruments.logic.grammar import Tree as OurTree
from instruments.logic.unparse import write_expression
from instruments.schema import Consent, Quota, Screen, Text

_MAILS = (
    "surveyls_email_invite", "surveyls_email_remind", "surveyls_email_register", "surveyls_email_confirm",
    "email_admin_notification", "email_admin_responses",
)
_PLACES = {
    "surveyls_title": "title", "surveyls_description": "description", "surveyls_welcometext": "welcome text",
    "surveyls_endtext": "text at the end", "surveyls_policy_notice": "policy notice",
    "surveyls_policy_notice_label": "policy notice, label",
}
# Setting, the values that say something, what is said, what is done.
_SETTINGS = (
    ("startdate", None, "it opens at a date ({})", "dates are set when a wave is opened"),
    ("expires", None, "it closes at a date ({})", "dates are set when a wave is opened"),
    ("anonymized", "Y", "answers are anonymous", "privacy is chosen when a link is made"),
    ("format", "A", "everything stands on one page", "each group is a page"),
    ("format", "S", "each question stands on a page of its own", "each group is a page"),
    ("allowprev", "N", "one cannot go back", "one can always go back"),
    ("assessments", "Y", "answers have assessment values", "left out; constructs score answers here"),
    ("datestamp", "Y", "the time of each answer is stored", "times of day are not stored in anonymous mode"),
    ("ipaddr", "Y", "addresses of respondents are stored", "never stored here"),
    ("refurl", "Y", "the page that respondents come from is stored", "never stored here"),
    ("emailnotificationto", None, "answers are announced by mail to {}", "left out"),
    ("emailresponseto", None, "answers are sent by mail to {}", "left out"),
    ("shownoanswer", "Y", "'no answer' is offered as a choice", "an answer may be left blank"),
    ("usecookie", "Y", "a cookie keeps people from answering twice", "one-time links do that here"),
    ("usetokens", "Y", "it has a table of participants", "invitations are made in a wave"),
    ("printanswers", "Y", "respondents can print their answers", "left out"),
    ("publicstatistics", "Y", "statistics are shown to everybody", "left out"),
    ("alloweditaftercompletion", "Y", "answers can be changed after the end", "they cannot be changed"),
    ("autoredirect", "Y", "the end leads to another page by itself", "the text at the end is shown"),
    ("googleanalyticsapikey", None, "it reports visitors to another company", "left out; no third party is asked"),
    ("showqnumcode", "B", "numbers and codes of questions are shown", "they are not shown"),
    ("showqnumcode", "C", "codes of questions are shown", "they are not shown"),
    ("showqnumcode", "N", "numbers of questions are shown", "they are not shown"),
    ("questionindex", "1", "an index of pages is shown", "left out"),
    ("questionindex", "2", "an index of pages is shown", "left out"),
)


@dataclass
class Frame:
    """Reads the survey's own texts and settings."""

    draft: Draft
    tables: Tables
    languages: Mapping[str, str]
    names: Names

    def head(self, stem: str) -> dict[str, Any]:
        """Return the fields of the questionnaire that stand around its sections."""
        survey = self.tables.first("surveys")
        texts = {name: self._text(name) for name in (
            "surveyls_title", "surveyls_description", "surveyls_welcometext", "surveyls_endtext")}
        shows_welcome = survey.get("showwelcome", "Y") != "N"
        if not shows_welcome and texts["surveyls_welcometext"]:
            self.draft.log.add("welcome text", "the survey does not show it", "left out")
        intro = self._joined(texts["surveyls_description"], texts["surveyls_welcometext"] if shows_welcome else {})
        self._note_settings(survey)
        return {
            "key": f"survey_{survey['sid']}" if survey.get("sid", "").isdecimal() else stem, "version": "1",
            "title": texts["surveyls_title"] or self.draft.same(stem), "intro": intro,
            "completion": texts["surveyls_endtext"], "consent": self._consent(survey),
            "has_progress": survey.get("showprogress") == "Y"}

    def _text(self, name: str) -> Text:
        raw = {self.languages[row["surveyls_language"]]: row[name] for row in self.tables.of("surveys_languagesettings")
               if row.get("surveyls_language") in self.languages and row.get(name)}
        return self.draft.text(_PLACES[name], raw)

    def _joined(self, first: Text, second: Text) -> Text:
        return {code: "\n\n".join(part for part in (first.get(code), second.get(code)) if part)
                for code in self.draft.languages} if first or second else {}

    def _consent(self, survey: Row) -> Consent | None:
        if survey.get("showsurveypolicynotice", "0") in ("0", ""):
            if any(row.get("surveyls_policy_notice", "").strip() for row in self.tables.of("surveys_languagesettings")):
                self.draft.log.add("policy notice", "the survey does not show it", "left out")
            return None
        notice, label = self._text("surveyls_policy_notice"), self._text("surveyls_policy_notice_label")
        return Consent(self._joined(notice, label)) if notice else None

    def _note_settings(self, survey: Row) -> None:
        log = self.draft.log
        for name, value, what, done in _SETTINGS:
            given = survey.get(name, "")
            if given and given not in ("I", "inherit") and (given == value or value is None):
                log.add("survey settings", what.format(given), done)
        rows = self.tables.of("surveys_languagesettings")
        if any(row.get(name, "").strip() for row in rows for name in _MAILS):
            log.add("survey settings", "it holds the texts of mails", "left out; mails are written in a wave")
        if any(row.get("surveyls_url", "").strip() for row in rows):
            log.add("survey settings", f"the end links to {rows[0].get('surveyls_url', '')[:200]}", "left out")
        for table, what in (("assessments", "texts for ranges of assessment values"), ("survey_urlparameters",
                            "parameters of the address"), ("plugin_settings", "settings of plug-ins"),
                            ("themes", "settings of themes"), ("themes_inherited", "settings of themes")):
            if self.tables.of(table):
                log.add("survey settings", f"it holds {what}", "left out")

    # ---- quotas -----------------------------------------------------------------------------------------------------
    def add_quotas(self) -> None:
        """Turn quotas into ours; one of nobody screens out."""
        members: dict[str, list[Row]] = {}
        for row in self.tables.of("quota_members"):
            members.setdefault(row.get("quota_id", ""), []).append(row)
        for row in self.tables.of("quota"):
            place = f"quota {row.get('name', row.get('id', ''))}"
            if row.get("active", "1") != "1":
                self.draft.log.add(place, "it is not active", "left out")
                continue
            condition = self._quota_condition(members.get(row.get("id", ""), []), place)
            if condition:
                self._add_quota(row, condition, place)

    def _quota_condition(self, members: list[Row], place: str) -> str | None:
        by_question: dict[str, list[OurTree]] = {}
        codes = {row.get("qid", ""): row.get("title", "") for row in self.tables.of("questions")}
        try:
            for member in members:
                code, answer = codes.get(member.get("qid", ""), ""), member.get("code", "")
                find = self.names.finder(code)
                if f"{code}_{answer}" in self.names.single:
                    operand, answer = find(f"{code}_{answer}"), "Y"
                else:
                    operand = find(code)
                tree = Translator(find).compared("=", operand, answer)
                by_question.setdefault(code, []).append(tree)
            return write_expression(joined("and", [joined("or", trees) for trees in by_question.values()]))
        except NotCarriedError as error:
            self.draft.log.add(place, f"its members are not read ({error})", "left out")
            return None

    def _add_quota(self, row: Row, condition: str, place: str) -> None:
        messages = {
            self.languages[words["quotals_language"]]: words["quotals_message"]
            for words in self.tables.of("quota_languagesettings")
            if words.get("quotals_quota_id") == row.get("id") and words.get("quotals_message")
            and words.get("quotals_language") in self.languages}
        message = self.draft.text(f"{place}, message", messages) or self.draft.same(
            "Thank you. We have enough answers like yours already.")
        limit = int(row["qlimit"]) if row.get("qlimit", "").isdecimal() else 0
        key = f"quota_{row.get('id', len(self.draft.quotas) + len(self.draft.screens) + 1)}"
        if row.get("action", "1") not in ("1", ""):
            self.draft.log.add(place, "respondents may change their answer to get past it", "it ends the questionnaire")
        if row.get("autoload_url", "0") == "1":
            self.draft.log.add(place, "it leads to another page", "its message is shown")
        if limit == 0:
            self.draft.log.add(place, "its limit is 0, so it keeps out everybody of this kind", "kept as a screen")
            self.draft.screens.append(Screen(key, condition, message))
        else:
            self.draft.quotas.append(Quota(key, condition, limit, message))
