"""The sheets that only this product writes into an XLSForm: x_instrument, x_endings, x_scales, x_constructs.

Other tools pass over them. They hold what XLSForm has no word for; a form without them is read all the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast, get_args

from instruments.errors import FileFormatError
from instruments.schema import (
    Consent,
    Construct,
    ConstructGroup,
    Direction,
    Instrument,
    Quota,
    Scoring,
    Screen,
    Text,
)

INSTRUMENT_SHEET, SCALES_SHEET, CONSTRUCTS_SHEET = "x_instrument", "x_scales", "x_constructs"
ENDINGS_SHEET = "x_endings"       # screens and quotas
TEXT_FIELDS = ("title", "intro", "withdraw_note", "completion", "commitment")
OPTIONS = {"progress": "has_progress", "speed_prompt": "has_speed_prompt"}      # field of the sheet → of the model
CONSENT_FIELDS = ("consent", "link_consent")
Row = Mapping[str, str]
Sheets = Mapping[str, list[dict[str, str]]]


def scale_sheet(sheets: Sheets) -> dict[str, Row]:
    """Return the rows of the sheet x_scales by the key of their scale."""
    return {row["key"]: row for row in sheets.get(SCALES_SHEET, ()) if "key" in row}


def apply_own_sheets(instrument: Instrument, sheets: Sheets, place: str) -> Instrument:
    """Return the instrument with what our own sheets say of it."""
    if INSTRUMENT_SHEET in sheets:
        instrument = _with_head(instrument, sheets[INSTRUMENT_SHEET], place)
    order = {key: position for position, key in enumerate(scale_sheet(sheets))}
    scales = tuple(sorted(instrument.scales, key=lambda scale: order.get(scale.key, len(order))))
    constructs = tuple(
        _construct(row, instrument.languages, f"{place}, sheet {CONSTRUCTS_SHEET}, row {number}")
        for number, row in enumerate(sheets.get(CONSTRUCTS_SHEET, ()), 2))
    screens, quotas = _endings(sheets.get(ENDINGS_SHEET, ()), instrument.languages, f"{place}, sheet {ENDINGS_SHEET}")
    return replace(instrument, constructs=constructs, scales=scales, screens=screens, quotas=quotas)


def _endings(
    rows: Sequence[Row], languages: tuple[str, ...], place: str,
) -> tuple[tuple[Screen, ...], tuple[Quota, ...]]:
    screens, quotas = [], []
    for number, row in enumerate(rows, 2):
        here, kind, key = f"{place}, row {number}", row.get("kind", ""), row.get("key", "")
        if not row:
            continue
        if kind not in ("screen", "quota") or not key or not row.get("condition"):
            raise FileFormatError(
                here, "the row lacks its kind, key or condition.", "Write screen or quota, a key and a condition.")
        message = _text(row, "message", languages)
        if kind == "screen":
            screens.append(Screen(key, row["condition"], message))
        elif re.fullmatch(r"[0-9]{1,9}", row.get("limit", "")):
            quotas.append(Quota(key, row["condition"], int(row["limit"]), message))
        else:
            raise FileFormatError(
                f"{here}, column limit", f"[{row.get('limit', '')}] is no whole number.", "Write how many are wanted.")
    return tuple(screens), tuple(quotas)


def _text(row: Row, prefix: str, languages: tuple[str, ...]) -> Text:
    return {code: row[f"{prefix}::{code}"] for code in languages if row.get(f"{prefix}::{code}")}


def _with_head(instrument: Instrument, rows: list[dict[str, str]], place: str) -> Instrument:
    by_field = {row.get("field", ""): row for row in rows}
    languages = instrument.languages
    changes: dict[str, Any] = {
        name: by_field[name]["value"] for name in ("key", "version", "audience") if by_field.get(name, {}).get("value")}
    changes |= {name: _text(by_field[name], "text", languages) for name in TEXT_FIELDS if name in by_field}
    for name in CONSENT_FIELDS:
        if name in by_field:
            row = by_field[name]
            changes[name] = Consent(_text(row, "text", languages), row.get("value") == "required")
    here = f"{place}, sheet {INSTRUMENT_SHEET}"
    if "estimated_minutes" in by_field:
        changes["estimated_minutes"] = int(_number(by_field["estimated_minutes"], here))
    changes |= {name: by_field.get(field, {}).get("value") == "true" for field, name in OPTIONS.items()}
    if "allow_skip" in by_field:
        changes["allow_skip"] = by_field["allow_skip"].get("value") == "true"
    if "min_answered_share" in by_field:
        changes["scoring"] = Scoring(
            min_answered_share=_number(by_field["min_answered_share"], here),
            two_item_scales_require_all=by_field.get("two_item_scales_require_all", {}).get("value") == "true")
    return replace(instrument, **changes)


def _number(row: Row, place: str) -> float:
    try:
        return float(row.get("value", ""))
    except ValueError as error:
        raise FileFormatError(
            place, f"'{row.get('field')}' is not a number.", "Write a number into the column `value`.") from error


def _construct(row: Row, languages: tuple[str, ...], place: str) -> Construct:
    group, direction = row.get("group", ""), row.get("direction", "")
    if not row.get("key") or group not in get_args(ConstructGroup) or direction not in get_args(Direction):
        raise FileFormatError(
            place, "a construct lacks its key, group or direction.",
            f"Groups: {', '.join(get_args(ConstructGroup))}; directions: {', '.join(get_args(Direction))}.")
    return Construct(
        key=row["key"], group=cast(ConstructGroup, group), direction=cast(Direction, direction),
        name=_text(row, "name", languages), definition=_text(row, "definition", languages), module=row.get("module"),
        mirrors=tuple(row.get("mirrors", "").split()), seed=row.get("seed", ""),
        sources=tuple(row.get("sources", "").split()))
