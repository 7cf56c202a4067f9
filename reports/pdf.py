"""HTML to PDF; the only module that knows WeasyPrint. Run by `reports.apart` in a process of its own."""

from __future__ import annotations

import gc
import html.parser
import logging
import mimetypes
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reports.charts.metrics import FONTS, widths
from reports.charts.printing import with_starts
from reports.render import style_sheet
from reports.structure_tree import tidy

SYSTEM_PACKAGES = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")
MOST_PAGES = 300
MOST_SIGNS = 20                          # named in one message
WHITE = frozenset(" \t\n\r\u00a0")
AROUND = 20                              # characters quoted before and after one that cannot be drawn
# A text that fits its line but for the space at its end is torn after its first word; alone, the space does no harm.
_LAST_SPACE = re.compile(r"(?<=[^\s>]) (?=<(?:a|b|span)\b)")
# A Chinese text does not end in a line of one sign: its last two go together with what closes behind them.
_LAST_SIGNS = re.compile(r"((?:（[一-鿿]{1,4}）|(?:(?<=[^<>\n]{3})|(?<=</span>)[一-鿿]?)"
                         r"(?:[一-鿿]{2}|[一-鿿]?[\d.]{1,6} ?[一-鿿]))[。！？；：）”’》]{0,4})"
                         r"(?=\s*</(?:td|th|p|li|dd|dt|span|a|b)>)")
COLLECT_AFTER = (50_000, 50, 50)         # objects; measured: a sixth less time for one percent more memory


class PdfError(RuntimeError):
    """A report could not be rendered; the message says why and what to do."""


class MissingGlyphs(PdfError):
    """The text holds characters that no vendored font can draw; `places` says for each where it stands first."""

    def __init__(self, places: Mapping[str, str]) -> None:
        named = list(places.items())[:MOST_SIGNS]
        listing = "; ".join(f"{sign} (U+{ord(sign):04X}) in {place}" for sign, place in named)
        super().__init__(f"The report's fonts lack {len(places)} character(s): {listing}. Replace them in the "
                         "study's texts, or cut the fonts anew with them (reports/fonts/cut.py).")
        self.characters = "".join(places)
        self.places = places


def missing_system_libraries() -> str:
    """Return what is missing for PDF on this machine and how to install it; empty when nothing is."""
    try:
        _weasyprint()
    except OSError as error:
        return (f"PDF needs Pango, which is not installed ({str(error).splitlines()[0]}). "
                f"On Debian or Ubuntu: apt-get install {' '.join(SYSTEM_PACKAGES)}")
    return ""


def load_engine() -> Any:
    """Return WeasyPrint with all that it reads from elsewhere read; PdfError where this machine lacks its libraries."""
    message = missing_system_libraries()
    if message:
        raise PdfError(message)
    mimetypes.init(files=[])                # the machine's own list of file types is no business of a report
    weasyprint = _weasyprint()
    weasyprint.text.fonts.FontConfiguration()
    return weasyprint


def write_pdf(html: str, *, title: str, language: str, identifier: str, frozen_on: str) -> bytes:
    """Return the document as PDF/UA-1; the same input gives the same bytes."""
    return press(prepare(html, language), title=title, language=language, identifier=identifier, frozen_on=frozen_on)


def prepare(html: str, language: str) -> str:
    """Return the document ready for the press: every sign known to a font, every text of a chart at its place."""
    check_glyphs(html)
    return with_starts(html, language)


def press(html: str, *, title: str, language: str, identifier: str, frozen_on: str) -> bytes:
    """Return a prepared document as PDF."""
    weasyprint = load_engine()
    with _frozen_clock(frozen_on), _patient_collector(), _clean_log() as complaints:
        document = _locked_document(weasyprint, html)
        if len(document.pages) > MOST_PAGES:
            raise PdfError(f"{title} ({language}): {len(document.pages)} pages, more than {MOST_PAGES}. "
                           "Leave raw tables to the spreadsheet export.")
        pdf: bytes = document.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=identifier.encode(), finisher=tidy)
    if complaints:
        raise PdfError(f"{title} ({language}): {len(complaints)} warning(s) while rendering: {complaints[0]}")
    return pdf


def _locked_document(weasyprint: Any, html: str) -> Any:
    from weasyprint.urls import FatalURLFetchingError

    try:
        return _document(weasyprint, html)
    except FatalURLFetchingError as error:
        raise PdfError(str(error)) from error


def layout(html: str) -> Any:
    """Return WeasyPrint's laid-out document, for checks of pages and overflow."""
    return _document(_weasyprint(), html)


def check_glyphs(html: str) -> None:
    """Refuse a text that the vendored fonts cannot draw, before a fallback font slips in."""
    known = widths("ReportSansSC", 400).keys() | widths("ReportSans", 400).keys()
    collector = _TextOnly()
    collector.feed(html)
    lacking = {sign: place for sign, place in sorted(collector.first.items())
               if ord(sign) not in known and sign not in WHITE}
    if lacking:
        raise MissingGlyphs(lacking)


class _TextOnly(html.parser.HTMLParser):
    """Collects the characters of a document's text, and for each the part and the words where it stands first."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.first: dict[str, str] = {}
        self._part = "the cover"
        self._is_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._is_style = tag == "style"
        part = dict(attrs).get("data-part")
        if part:
            self._part = f"“{part}”"

    def handle_endtag(self, tag: str) -> None:
        self._is_style = False

    def handle_data(self, data: str) -> None:
        if self._is_style:
            return
        for sign in set(data) - self.first.keys():
            place = data.index(sign)
            around = " ".join(data[max(place - AROUND, 0):place + AROUND].split())
            self.first[sign] = f"{self._part}, “{around}”"


def _document(weasyprint: Any, html: str) -> Any:
    from weasyprint.text.fonts import FontConfiguration

    fetcher = _locked_fetcher(weasyprint)
    fonts = FontConfiguration()
    sheet = weasyprint.CSS(string=style_sheet(), font_config=fonts, url_fetcher=fetcher)
    html = _LAST_SIGNS.sub(r'<span class="whole">\1</span>', _LAST_SPACE.sub("<span> </span>", html))
    return weasyprint.HTML(string=html, url_fetcher=fetcher).render(stylesheets=[sheet], font_config=fonts)


def _locked_fetcher(weasyprint: Any) -> Any:
    """Return a fetcher that opens the vendored fonts and nothing else; anything else stops the rendering."""
    from weasyprint.urls import FatalURLFetchingError, URLFetcher

    class Locked(URLFetcher):  # type: ignore[misc]  # WeasyPrint publishes no types
        def fetch(self, url: str, headers: Any = None) -> Any:
            path = Path(url.removeprefix("file://")).resolve()
            if not url.startswith("file://") or path.parent != FONTS.resolve():
                raise FatalURLFetchingError(f"A report loads nothing from outside: {url}")
            return super().fetch(url, headers)

    return Locked(allowed_protocols=("file",), fail_on_errors=True)


def _weasyprint() -> Any:
    """Return the library, told of the vendored fonts and no others where it is loaded for the first time."""
    os.environ["FONTCONFIG_FILE"] = str(FONTS / "fonts.conf")
    import weasyprint

    return weasyprint


@contextmanager
def _frozen_clock(frozen_on: str) -> Iterator[None]:
    """Let font time stamps follow the data's date, not the run's."""
    try:
        moment = datetime.fromisoformat(frozen_on[:10]).replace(tzinfo=UTC)
    except ValueError:
        moment = datetime(2000, 1, 1, tzinfo=UTC)
    before = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = str(int(moment.timestamp()))
    try:
        yield
    finally:
        if before is None:
            del os.environ["SOURCE_DATE_EPOCH"]
        else:
            os.environ["SOURCE_DATE_EPOCH"] = before


@contextmanager
def _patient_collector() -> Iterator[None]:
    """Look for garbage less often while a document is built: nearly all that is made lives to its end."""
    before = gc.get_threshold()
    gc.set_threshold(*COLLECT_AFTER)
    try:
        yield
    finally:
        gc.set_threshold(*before)


class _Complaints(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


@contextmanager
def _clean_log() -> Iterator[list[str]]:
    handler, log = _Complaints(), logging.getLogger("weasyprint")
    log.addHandler(handler)
    try:
        yield handler.messages
    finally:
        log.removeHandler(handler)
