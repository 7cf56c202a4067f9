"""Questions of an interview with their states; until now those asked were listed, and the others were not asked"""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
INTERVIEW = sa.table("interview", sa.column("id", sa.Integer()), sa.column("study_id", sa.Integer()),
                     sa.column("audience", sa.String()), sa.column("questions", DOCUMENT))
STUDY = sa.table("study", sa.column("id", sa.Integer()), sa.column("template", DOCUMENT))


def upgrade() -> None:
    guides = {number: (template or {}).get("guide") or {} for number, template
              in op.get_bind().execute(sa.select(STUDY.c.id, STUDY.c.template))}

    def states(study_id: int, audience: str, asked: Any) -> Any:
        others = {question["key"]: "skipped" for question in guides.get(study_id, {}).get("questions", ())
                  if audience in question["audiences"]}
        return {**others, **dict.fromkeys(asked, "asked")} if isinstance(asked, list) else asked

    _rewrite(states)


def downgrade() -> None:
    def asked(_study_id: int, _audience: str, states: Any) -> Any:
        return [key for key, state in states.items() if state != "skipped"] if isinstance(states, dict) else states

    _rewrite(asked)


def _rewrite(changed: Callable[[int, str, Any], Any]) -> None:
    bind = op.get_bind()
    for row in bind.execute(sa.select(INTERVIEW)).all():
        value = changed(row.study_id, row.audience, row.questions)
        if value != row.questions:
            bind.execute(sa.update(INTERVIEW).where(INTERVIEW.c.id == row.id).values(questions=value))
