"""The class of device, from what the browser says of itself; that text is looked at in memory and never kept."""

from __future__ import annotations

import re

from surveyapp.models.response import DESK, PHONE, TABLET

# Android tablets leave "Mobile" out; tablets of Apple call themselves a Macintosh since 2019 and count as a desk.
_TABLET = re.compile(r"iPad|Tablet|PlayBook|Kindle|Silk/(?!.*Mobile)|Android(?!.*Mobile)")
_PHONE = re.compile(r"Mobi|iPhone|iPod|Phone|Opera Mini")
_DESK = re.compile(r"Windows NT|Macintosh|X11|Linux|CrOS")


def device_of(user_agent: str) -> str | None:
    """Return phone, tablet or desk; None if the browser does not say."""
    if _TABLET.search(user_agent):
        return TABLET
    if _PHONE.search(user_agent):
        return PHONE
    return DESK if _DESK.search(user_agent) else None
