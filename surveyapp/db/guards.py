"""Triggers that keep a promise to respondents whoever writes to the database, in the program or beside it.

They are made anew after every migration, because a migration that rebuilds a table on SQLite drops its triggers.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, inspect, text

_SQLITE = (
    """CREATE TRIGGER IF NOT EXISTS keep_promise BEFORE UPDATE OF privacy, minimum_group ON questionnaire_link
        WHEN OLD.privacy IS NOT NEW.privacy OR OLD.minimum_group IS NOT NEW.minimum_group
        BEGIN
          SELECT RAISE(ABORT, 'The privacy mode and the smallest group of a questionnaire are fixed.');
        END""",
    """CREATE TRIGGER IF NOT EXISTS name_nobody BEFORE INSERT ON respondent_key
        WHEN COALESCE((SELECT link.privacy FROM questionnaire_link link JOIN response ON response.link_id = link.id
                       WHERE response.key = NEW.response_key), '') NOT IN ('confidential', 'identified')
        BEGIN SELECT RAISE(ABORT, 'A response to an anonymous questionnaire names nobody.'); END""",
)
_SQLITE_HISTORY = (
    """CREATE TRIGGER IF NOT EXISTS keep_history BEFORE UPDATE ON answer_change
        BEGIN SELECT RAISE(ABORT, 'The history of corrections is only added to.'); END""",
    """CREATE TRIGGER IF NOT EXISTS correct_nobody BEFORE INSERT ON answer_change
        WHEN NEW.response_key IS NOT NULL AND COALESCE((SELECT privacy FROM questionnaire_link
                WHERE id = NEW.link_id), '') NOT IN ('confidential', 'identified')
        BEGIN SELECT RAISE(ABORT, 'A correction of an anonymous answer does not say whose it is.'); END""",
)
# Table → trigger, the columns that stay as they are (none named = all), what is said.
_LASTING = {
    "report": ("keep_report", "diagnosis_id, language, format, sha256, content", "A report never changes."),
    "report_release": ("keep_release", "study_id, wave_id, diagnosis_id, number, files, content_hash, frozen_on, "
                       "released_on, released_at", "What was released never changes."),
    "action_version": ("keep_action_version", "", "The history of an action is only added to."),
}
_POSTGRESQL = (
    """CREATE OR REPLACE FUNCTION keep_promise() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'The privacy mode and the smallest group of a questionnaire are fixed.'; END $$""",
    """CREATE OR REPLACE TRIGGER keep_promise BEFORE UPDATE OF privacy, minimum_group ON questionnaire_link
       FOR EACH ROW WHEN (OLD.privacy IS DISTINCT FROM NEW.privacy OR OLD.minimum_group IS DISTINCT FROM
       NEW.minimum_group) EXECUTE FUNCTION keep_promise()""",
    """CREATE OR REPLACE FUNCTION name_nobody() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF (SELECT link.privacy FROM questionnaire_link link JOIN response ON response.link_id = link.id
              WHERE response.key = NEW.response_key) IN ('confidential', 'identified') THEN RETURN NEW; END IF;
          RAISE EXCEPTION 'A response to an anonymous questionnaire names nobody.';
        END $$""",
    """CREATE OR REPLACE TRIGGER name_nobody BEFORE INSERT ON respondent_key
       FOR EACH ROW EXECUTE FUNCTION name_nobody()""",
)
_POSTGRESQL_HISTORY = (
    """CREATE OR REPLACE FUNCTION keep_history() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'The history of corrections is only added to.'; END $$""",
    """CREATE OR REPLACE TRIGGER keep_history BEFORE UPDATE ON answer_change
       FOR EACH ROW EXECUTE FUNCTION keep_history()""",
    """CREATE OR REPLACE FUNCTION correct_nobody() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF NEW.response_key IS NULL OR (SELECT privacy FROM questionnaire_link WHERE id = NEW.link_id)
              IN ('confidential', 'identified') THEN RETURN NEW; END IF;
          RAISE EXCEPTION 'A correction of an anonymous answer does not say whose it is.';
        END $$""",
    """CREATE OR REPLACE TRIGGER correct_nobody BEFORE INSERT ON answer_change
       FOR EACH ROW EXECUTE FUNCTION correct_nobody()""",
)


def set_guards(connection: Connection) -> None:
    """Make the triggers where their tables are; called with every change of the layout."""
    if not {"privacy", "minimum_group"} <= _columns(connection):
        return
    is_postgresql = connection.dialect.name == "postgresql"
    statements: tuple[str, ...] = _POSTGRESQL if is_postgresql else _SQLITE
    if inspect(connection).has_table("answer_change"):
        statements += _POSTGRESQL_HISTORY if is_postgresql else _SQLITE_HISTORY
    if inspect(connection).has_table("report_release"):
        statements += tuple(_lasting(is_postgresql=is_postgresql))
    for statement in statements:
        connection.execute(text(statement))


def missing_guards(connection: Connection) -> list[str]:
    """Return the triggers that a database of this layout should have and has not."""
    is_postgresql = connection.dialect.name == "postgresql"
    listed = text("SELECT tgname FROM pg_trigger" if is_postgresql
                  else "SELECT name FROM sqlite_master WHERE type = 'trigger'")
    wanted = {"keep_promise", "name_nobody", "keep_history", "correct_nobody",
              *(name for name, _, _ in _LASTING.values())}
    return sorted(wanted - set(connection.scalars(listed)))


def _lasting(*, is_postgresql: bool) -> Iterator[str]:
    """Yield what makes the triggers of tables whose rows, or some columns of them, never change."""
    for table, (name, columns, words) in _LASTING.items():
        when = f"UPDATE OF {columns}" if columns else "UPDATE"
        if is_postgresql:
            yield (f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
                   f"$$ BEGIN RAISE EXCEPTION '{words}'; END $$")
            yield f"CREATE OR REPLACE TRIGGER {name} BEFORE {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
        else:
            yield (f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE {when} ON {table} "
                   f"BEGIN SELECT RAISE(ABORT, '{words}'); END")


def _columns(connection: Connection) -> set[str]:
    inspector = inspect(connection)
    if not inspector.has_table("questionnaire_link") or not inspector.has_table("respondent_key"):
        return set()
    return {column["name"] for column in inspector.get_columns("questionnaire_link")}
