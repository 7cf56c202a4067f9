"""A problem of its own that the invented research group has entered, so that the demo shows one with its preview."""

from __future__ import annotations

from typing import Final

from instruments.open_set import OwnConstruct, OwnItem
from instruments.schema import Text


def _text(en: str, zh: str) -> Text:
    return {"en": en, "zh": zh}


# What three interviewees of the sample name besides the problems that the questionnaire asks about.
BANK_PROBLEM: Final = OwnConstruct(
    "problem", "PRB_PAPER", _text("Burdensome compliance procedures", "合规手续繁琐"),
    _text("Compliance procedures make each contact with a customer longer than either side understands.",
          "合规手续使每次客户接触耗时过长，双方都难以理解。"),
    (OwnItem(_text("Customers have to answer the same compliance questions again and again.",
                   "客户要反复回答同样的合规问题。")),
     OwnItem(_text("Procedures take up time that we need for the conversation itself.",
                   "办理手续占用了本应与客户沟通的时间。")),
     OwnItem(_text("Customers give up in the middle of a procedure.", "有的客户手续办到一半就放弃了。")),
     OwnItem(_text("Customers understand why we ask what we ask.", "客户理解我们为什么要问这些问题。"),
             is_reverse=True)),
    scale="agree5", code="PRB.PAPER", paired=("CAU_TECH", "CAU_COORD"))
