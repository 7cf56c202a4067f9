"""Question attributes of LimeSurvey: which are read, which only lay out, and which are lost."""

from __future__ import annotations

from collections.abc import Mapping

from instruments.formats.loss import LossLog
from instruments.formats.lss_questions import Question

# Read by the modules that make items; the rest of a name's meaning is reported there.
READ = frozenset({
    "hidden", "numbers_only", "num_value_int_only", "min_num_value_n", "max_num_value_n", "min_num_value",
    "max_num_value", "equals_num_value", "maximum_chars", "min_answers", "max_answers", "max_subquestions",
    "exclude_all_others",
    "array_filter", "array_filter_exclude", "em_validation_q", "em_validation_q_tip", "em_validation_sq",
    "em_validation_sq_tip", "date_min", "date_max", "other_replace_text", "random_order", "answer_order",
    "subquestion_order", "random_group", "equation", "slider_layout", "slider_min", "slider_max", "slider_accuracy",
    "slider_default", "slider_separator", "slider_middlestart", "multiflexible_checkbox", "multiflexible_min",
    "multiflexible_max", "multiflexible_step", "input_boxes", "dualscale_headerA", "dualscale_headerB", "suffix",
    "prefix", "category_separator", "time_limit", "other_comment_mandatory", "other_numbers_only",
    "location_mapservice", "statistics_showgraph", "statistics_graphtype", "public_statistics", "scale_export",
    "statistics_showmap", "save_as_default", "assessment_value", "encrypted", "exclude_all_others_auto",
    "other_position",
    "allowed_filetypes", "max_filesize", "max_num_of_files", "min_num_of_files", "show_comment", "show_title",
})
# What LimeSurvey writes into a file although nobody chose it.
USUAL: Mapping[str, frozenset[str]] = {
    "time_limit_action": frozenset({"1"}), "location_mapheight": frozenset({"300"}),
    "location_mapwidth": frozenset({"500"}), "location_mapzoom": frozenset({"11"}), "hide_tip": frozenset({"1"}),
    "question_template": frozenset({"core"}), "googlesheetsDataType": frozenset({"default"}),
    "display_columns": frozenset({"1"}), "crop_or_resize": frozenset({"resize"}), "button_size": frozenset({"default"}),
    "display_type": frozenset({"default"}), "value_range_allows_missing": frozenset({"1"}),
}
_NOTHING = frozenset({"", "0", "N", "no", "normal", "default", "-1", "false"})
LAYOUT = frozenset({
    "display_columns", "display_rows", "text_input_width", "text_input_columns", "answer_width", "label_input_columns",
    "repeat_headings", "use_dropdown", "dropdown_prefix", "dropdown_size", "dropdown_dates",
    "dropdown_dates_minute_step",
    "reverse", "slider_showminmax", "slider_orientation", "slider_handle", "slider_rating", "slider_custom_handle",
    "slider_reset", "hide_tip", "cssclass", "page_break", "showpopups", "samechoiceheight", "samelistheight",
    "choice_title", "rank_title", "array_filter_style", "max_num_columns", "show_grand_total",
    "show_totals", "answer_width_bycolumn", "date_format", "horizontal_scroll", "fix_height", "fix_width",
    "keep_aspect", "crop_or_resize", "button_size", "addlineicon", "autoaddnewline", "show_search", "show_tick",
    "width_entry", "only_pull", "show_handle", "show_number", "visualize", "keep_codes_order", "placeholder",
    "thousands_separator", "add_platform_info", "location_mapheight", "location_mapwidth", "location_mapzoom",
    "form_title", "question_template", "parent_order", "column_headers",
})


def note_attributes(question: Question, log: LossLog) -> None:
    """Report the attributes that no item carries."""
    layout: list[tuple[str, str]] = []
    other: list[tuple[str, str]] = []
    for name, values in question.attributes.items():
        value = next((text.strip() for text in values.values() if text.strip() not in _NOTHING), "")
        if not value or name in READ or value in USUAL.get(name, ()) or name == "id":
            continue
        (layout if name in LAYOUT else other).append((name, value))
    if layout:
        log.add(question.place, f"it has layout settings ({', '.join(sorted(name for name, _ in layout))})",
                "shown in the usual way")
    for name, value in other:
        log.add(question.place, f"the setting '{name}' ({value[:80]}) has no place here", "left out")
    _note_settings(question, log)


def _note_settings(question: Question, log: LossLog) -> None:
    for name, what, done in (
            ("time_limit", "it has a time limit of {} seconds", "there is none here"),
            ("other_comment_mandatory", "the words beside 'other' must be given", "they may be left out"),
            ("other_numbers_only", "'other' takes only a number", "any words are taken"),
            ("location_mapservice", "its answer is a place on a map", "asked as text"),
            ("category_separator", "its answers are grouped by the sign '{}' in their words", "one plain list"),
            ("random_group", "it changes places with other questions of the group '{}'", "asked in one order"),
            ("slider_middlestart", "its slider starts in the middle", "nothing is answered beforehand"),
            ("exclude_all_others_auto", "ticking everything ticks the excluding option", "it does not")):
        value = question.attribute(name)
        if value and value not in _NOTHING:
            log.add(question.place, what.format(value), done)
    _note_theme(question, log)
    if question.attribute("other_position") in ("beginning", "specific"):
        log.add(question.place, "'other' stands at a place of its own", "it stands last")
    if question.type == "D" and "H" in question.attribute("date_format"):
        log.add(question.place, "it asks for a date with its time", "asked as a date")


def _note_theme(question: Question, log: LossLog) -> None:
    if question.has_script:
        log.add(question.place, "it runs a script of its author", "left out; scripts of authors are never run here")
    if question.mandatory == "S":
        log.add(question.place, "it asks once more when it is left blank (soft mandatory)", "it may be left blank")
    if question.theme.startswith("image_select"):
        log.add(question.place, "its answers are pictures", "their addresses or codes stand in; please write labels")
    elif question.theme.startswith(("bootstrap", "ranking_advanced", "inputondemand")):
        log.add(question.place, f"it uses the theme '{question.theme}'", "shown in the usual way")
