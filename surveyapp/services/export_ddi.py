"""A release described for archives: DDI-Codebook 2.5, a file description a table, a variable a column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

from instruments.schema import Construct
from surveyapp.services.export_layout import FileLayout, Variable
from surveyapp.services.release import Release

NAMESPACE = "ddi:codebook:2_5"
SCHEMA = "ddi:codebook:2_5 http://www.ddialliance.org/Specification/DDI-Codebook/2.5/XMLSchema/codebook.xsd"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
NATURE: Mapping[str, str] = {"nominal": "nominal", "ordinal": "ordinal", "scale": "interval", "text": "nominal"}
FORMAT = "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"
# What keeps XML from being read: control signs that no document may hold.
_CONTROL = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF))


def codebook(release: Release, layouts: Iterable[tuple[FileLayout, Path]], title: str) -> bytes:
    """Return the codebook of the tables, whose answers stand in the CSV files of these names."""
    book = ET.Element(f"{{{NAMESPACE}}}codeBook", {"version": "2.5", FORMAT: SCHEMA})
    found = list(layouts)
    language = found[0][0].language if found else "en"
    _study(book, release, title, language)
    for number, (layout, path) in enumerate(found, 1):
        _file(book, layout, path.name, f"F{number}")
    data = _add(book, "dataDscr")
    names = {construct.key: construct for construct in release.instrument.constructs}
    numbered = [(number, place, layout, variable) for number, (layout, _) in enumerate(found, 1)
                for place, variable in enumerate(layout.variables, 1)]
    _groups(data, release, numbered, names, language)
    for number, place, layout, variable in numbered:
        _variable(data, layout, variable, _id(number, place), f"F{number}")
    ET.register_namespace("", NAMESPACE)
    ET.register_namespace("xsi", XSI)
    ET.indent(book)
    text: bytes = ET.tostring(book, encoding="utf-8", xml_declaration=True)
    return text


def _add(parent: ET.Element, tag: str, text: str = "", **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, f"{{{NAMESPACE}}}{tag}", attributes)
    element.text = text.translate(_CONTROL) or None
    return element


def _id(table: int, place: int) -> str:
    return f"F{table}V{place}"


def _study(book: ET.Element, release: Release, title: str, language: str) -> None:
    study = _add(book, "stdyDscr")
    citation = _add(study, "citation")
    statement = _add(citation, "titlStmt")
    _add(statement, "titl", title).set(LANG, language)
    _add(statement, "IDNo", f"{release.instrument.key} {release.instrument.version} {release.wave}")
    info = _add(study, "stdyInfo")
    texts = release.instrument.intro
    wording = texts.get(language) or next(iter(texts.values()), "")
    if wording:
        _add(info, "abstract", wording).set(LANG, language)
    _add(info, "sumDscr")
    method = _add(study, "method")
    _add(_add(method, "dataColl"), "sources")
    for treatment in release.treatments:
        _add(method, "notes", treatment.words(), subject="disclosure control")


def _file(book: ET.Element, layout: FileLayout, name: str, key: str) -> None:
    file = _add(_add(book, "fileDscr", ID=key, URI=name), "fileTxt")
    _add(file, "fileName", name)
    _add(file, "fileCont", layout.table.title or layout.table.name)
    sizes = _add(file, "dimensns")
    _add(sizes, "caseQnty", str(layout.table.n_rows))
    _add(sizes, "varQnty", str(len(layout.variables)))
    _add(file, "fileType", "CSV, UTF-8")


def _groups(data: ET.Element, release: Release, numbered: list[tuple[int, int, FileLayout, Variable]],
            names: Mapping[str, Construct], language: str) -> None:
    """Add one group of variables for each construct that is in the files."""
    of_item = {item.key: item.construct for item in release.instrument.items if item.construct in names}
    members: dict[str, list[str]] = {}
    for table, place, _, variable in numbered:
        construct = of_item.get(variable.item or "")
        if construct is not None:
            members.setdefault(construct, []).append(_id(table, place))
    for number, (construct, variables) in enumerate(members.items(), 1):
        group = _add(data, "varGrp", ID=f"G{number}", type="subject", name=construct, var=" ".join(variables))
        wording = names[construct].name
        _add(group, "labl", wording.get(language) or next(iter(wording.values()), construct)).set(LANG, language)


def _variable(data: ET.Element, layout: FileLayout, variable: Variable, key: str, file: str) -> None:
    is_number = variable.kind == "number"
    element = _add(data, "var", ID=key, name=variable.name, files=file, nature=NATURE[variable.measure],
                   intrvl="contin" if variable.measure == "scale" else "discrete")
    _add(element, "labl", variable.label or variable.name).set(LANG, layout.language)
    if variable.item and variable.label:
        _add(_add(element, "qstn"), "qstnLit", variable.label).set(LANG, layout.language)
    _values(element, layout, variable)
    _add(element, "varFormat", type="numeric" if is_number else "character")
    for note in variable.notes:
        _add(element, "notes", note)
    if variable.codes:
        coded = ", ".join(f"{code} = {value}" for value, code in variable.codes.items())
        _add(element, "notes", coded, subject="values in the questionnaire")


def _values(element: ET.Element, layout: FileLayout, variable: Variable) -> None:
    missing = sorted(layout.missing.items()) if variable.has_missing else []
    if missing:
        invalid = _add(element, "invalrng")
        for code, _ in missing:
            _add(invalid, "item", VALUE=str(code))
    for value, words in variable.values.items():
        _category(element, str(value), words, layout.language)
    for code, words in missing:
        _category(element, str(code), words, layout.language).set("missing", "Y")


def _category(element: ET.Element, value: str, words: str, language: str) -> ET.Element:
    category = _add(element, "catgry")
    _add(category, "catValu", value)
    _add(category, "labl", words).set(LANG, language)
    return category
