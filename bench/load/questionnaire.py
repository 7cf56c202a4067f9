"""The questionnaire that is filled in: 30 rating items on 5 pages, in English and Chinese, items shuffled."""

from __future__ import annotations

from dataclasses import replace

from instruments.schema import AnswerScale, Consent, Instrument, Item, ScalePoint, Section
from instruments.template import StudyTemplate
from instruments.template_loader import load_catalogue_template

N_PAGES, N_ITEMS = 5, 30


def instrument() -> Instrument:
    """Return the questionnaire."""
    points = tuple(ScalePoint(value, {"en": f"Point {value} of five", "zh": f"第{value}级"}) for value in range(1, 6))
    scale = AnswerScale("agree5", "ordinal", points, {"en": "Does not apply", "zh": "不适用"})
    sections = tuple(Section(f"S{page}", "likert", {"en": f"Page {page}", "zh": f"第{page}页"}, is_shuffled=True)
                     for page in range(N_PAGES))
    items = tuple(
        Item(f"Q{number}", f"S{number * N_PAGES // N_ITEMS}", "rating", scale="agree5",
             text={"en": f"Statement {number} about how customers are looked after in our branch.",
                   "zh": f"关于本分行客户维护工作的第{number}条陈述。"})
        for number in range(N_ITEMS))
    return Instrument("bench", "1.0.0", "bench", ("en", "zh"), {"en": "Benchmark", "zh": "基准"}, sections, items,
                      scales=(scale,), consent=Consent({"en": "I agree.", "zh": "同意。"}))


def template() -> StudyTemplate:
    """Return a template with this one questionnaire."""
    return replace(load_catalogue_template("bank_crm"), instruments=(instrument(),))
