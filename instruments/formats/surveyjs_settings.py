"""Settings of SurveyJS's elements that no item carries: only layout, or lost."""

from __future__ import annotations

from instruments.formats.json_source import as_text
from instruments.formats.loss import LossLog
from instruments.formats.surveyjs_elements import Element

READ = frozenset({
    "type", "name", "title", "description", "visibleIf", "enableIf", "visible", "isRequired", "choices", "columns",
    "rows", "items", "elements", "templateElements", "inputType", "min", "max", "step", "choicesOrder", "hasOther",
    "showOtherItem", "otherText", "hasNone", "showNoneItem", "noneText", "showRefuseItem", "refuseText",
    "showDontKnowItem", "dontKnowText", "minSelectedChoices", "maxSelectedChoices", "multiSelect", "choicesVisibleIf",
    "choicesEnableIf", "labelTrue", "labelFalse", "valueTrue", "valueFalse", "rateMin", "rateMax", "rateStep",
    "rateValues", "rateCount", "minRateDescription", "maxRateDescription", "sliderType", "cellType", "isAllRowRequired",
    "eachRowRequired", "maxLength", "validators", "defaultValue", "expression", "html", "hasComment", "showCommentArea",
    "commentText", "imageLink", "rowCount", "panelCount",
    "acceptedTypes", "maxSize", "allowMultiple", "sourceType",
})
_LOST = {
    "requiredIf": ("an answer is required only when [{}]", "not required"),
    "readOnly": ("it can be read but not answered", "it can be answered"),
    "defaultValueExpression": ("its default is computed ({})", "nothing is answered beforehand"),
    "setValueExpression": ("its answer is set when others change ({})", "it is not"),
    "correctAnswer": ("it has a right answer", "left out"),
    "choicesByUrl": ("its choices come from an address", "left out"),
    "choicesFromQuestion": ("its choices come from the question {}", "left out"),
    "inputMask": ("its text is masked", "any text is taken"), "maskType": ("its text is masked", "any text is taken"),
    "hasSelectAll": ("it offers to select all", "left out"),
    "showSelectAllItem": ("it offers to select all", "left out"),
    "rowsOrder": ("its rows are shown in random order", "shown in the order of the file"),
    "questionsOrder": ("its questions are shown in random order", "shown in the order of the file"),
    "cells": ("its cells have words of their own", "left out"),
    "totalText": ("it shows totals", "left out"), "keyName": ("one answer may not be given twice", "it may"),
    "storeOthersAsComment": ("how 'other' is stored is set", "its words are stored beside it"),
}


def note_settings(element: Element, log: LossLog) -> None:
    """Report the settings of an element that nothing here carries."""
    layout = []
    for name, value in element.raw.items():
        if name in READ or value in (None, False, "", [], {}):
            continue
        if name in _LOST:
            what, done = _LOST[name]
            log.add(element.place, what.format(as_text(value)[:200]), done)
        else:
            layout.append(name)
    if layout:
        log.add(element.place, f"it has settings of layout or behaviour ({', '.join(sorted(layout)[:30])})",
                "shown in the usual way")
