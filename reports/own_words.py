"""What a study calls those whom the organisation serves and its own staff, put into the product's wordings.

The product's wordings speak of customers and staff; a study may say patients, teachers or 职工 (`served:` and
`staff:` in its `study.yaml`). A word is put in before any value is, so that names and answers stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from instruments.template import Called, StudyTemplate

OWN_GROUPS = ("served", "staff")
OwnWords = Mapping[str, tuple[str, str]]        # group → one, many; one that is not here keeps its usual word

# Not inside the name of a value in braces. Chinese 客户经理 stays, as it is a job's name and not those served;
# so does 人员 before 工作.
_USUAL = {
    "en": re.compile(
        r"(?<![{\w-])(?<!%\()(?P<article>[Aa]n? )?(?:(?P<served>[Cc]ustomer(?P<customers>s?))|(?P<staff>"
        r"[Mm]ember(?P<members>s?) of staff|[Ss]taff(?P<kind>(?= (?:questionnaire|survey|answer|interview)s?\b))?|"
        r"[Ee]mployee(?P<employees>s?)))(?P<of>'s?(?!\w))?\b(?![.=_]\w)"),
    "zh": re.compile(r"(?P<served>客户(?!经理))|(?P<staff>(?<![人成])员工)")}
_COUNTED = ("customers", "members", "employees")
_VOWELS = "aeiou"


def own_words(template: StudyTemplate, language: str) -> OwnWords:
    """Return the study's words in a language."""
    called: dict[str, Called | None] = {"served": template.served, "staff": template.staff}
    return {group: (names.one[language], names.many[language]) for group, names in called.items()
            if names is not None and names.one.get(language) and names.many.get(language)}


def spoken(text: str, language: str, own: OwnWords) -> str:
    """Return a wording of the product with the people called as the study calls them."""
    def named(found: re.Match[str]) -> str:
        group = "served" if found.group("served") else "staff"
        if group not in own:
            return found.group(0)
        return own[group][1] if language == "zh" else _english(found, own[group])

    return _USUAL[language].sub(named, text) if own else text


def _english(found: re.Match[str], names: tuple[str, str]) -> str:
    """Return one or many as the wording has it, with its article, its capital and its genitive."""
    usual = found.group("served") or found.group("staff")
    is_many = any(found.group(group) for group in _COUNTED) or (
        usual.lower() == "staff" and found.group("kind") is None)
    word = names[is_many]
    article, of = found.group("article") or "", found.group("of") or ""
    if article and not is_many:
        article = article[0] + ("n " if word[0].lower() in _VOWELS else " ")
    if of:
        of = "'" if is_many and word.endswith("s") else "'s"
    return article + (word[:1].upper() + word[1:] if usual[0].isupper() else word) + of
