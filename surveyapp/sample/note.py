"""The words that label everything this package makes."""

from __future__ import annotations

from typing import Final

from instruments.schema import Text

SYNTHETIC_NOTE: Final[Text] = {
    "en": "Synthetic sample data: made by a seeded generator, with interviews written for this product. "
          "No real person or organisation is described.",
    "zh": "合成示例数据：由固定种子的程序生成，访谈为本产品编写，不涉及任何真实的个人或单位。",
}
