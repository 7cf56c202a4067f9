"""What experts say of the items before people answer them."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.db.base import Base


class ExpertRating(Base):
    """How relevant one expert finds one item of a questionnaire: 1 not, 2 somewhat, 3 quite, 4 highly relevant."""

    __tablename__ = "expert_rating"

    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), primary_key=True)
    audience: Mapped[str] = mapped_column(String(80), primary_key=True)
    expert: Mapped[str] = mapped_column(String(80), primary_key=True)
    item_key: Mapped[str] = mapped_column(String(80), primary_key=True)
    relevance: Mapped[int]
