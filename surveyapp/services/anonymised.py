"""The switch that takes an organisation's names out of everything that leaves: reports, files, pages of results."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from analysis.results.diagnosis import Diagnosis
from instruments.masks import Masks, masks_for
from surveyapp.errors import BadInput
from surveyapp.models.account import Account
from surveyapp.models.study import Study
from surveyapp.services.audit import record_change
from surveyapp.services.study import facts_of

T = TypeVar("T")
NOTHING = Masks()
MOST_NAMES, SHORTEST, LONGEST = 50, 2, 120


def anonymise_organisation(session: Session, study: Study, *, is_on: bool, further: Sequence[str] = (),
                           account: Account | None = None) -> None:
    """Turn the switch; `further` are names to hide besides those that were entered."""
    names = [name.strip() for name in further if name.strip()]
    if len(names) > MOST_NAMES:
        raise BadInput("{n} further names are too many.", "Give at most {most}.", n=len(names), most=MOST_NAMES)
    for name in names:
        if not SHORTEST <= len(name) <= LONGEST:
            raise BadInput("“{name}” cannot be hidden.", "A name has {low} to {high} characters.", name=name,
                           low=SHORTEST, high=LONGEST)
    before = {"is_anonymised": study.is_anonymised, "n_further": len(study.hidden_names)}
    study.is_anonymised, study.hidden_names = is_on, names
    session.flush()
    # The audit says that it was done; the names themselves would stand in it in clear.
    record_change(session, "anonymise_organisation", f"study {study.id}", study_id=study.id, account=account,
                  before=before, after={"is_anonymised": is_on, "n_further": len(names)})


def masks_of(study: Study) -> Masks:
    """Return what is replaced in everything that leaves; nothing where the switch is off."""
    if not study.is_anonymised:
        return NOTHING
    label = study.template.get("organisation") or {}
    return masks_for(facts_of(study), label, (study.name, study.id), study.hidden_names)


def masked(study: Study, value: T) -> T:
    """Return a value as it may leave: unchanged, or with every name in it replaced."""
    return masks_of(study).apply(value) if study.is_anonymised else value


def shown_name(study: Study) -> str:
    """Return what a study is called in what leaves."""
    return masks_of(study).text(study.name) if study.is_anonymised else study.name


def shown_diagnosis(study: Study, diagnosis: Diagnosis) -> Diagnosis:
    """Return a diagnosis that calls its study what it is called in what leaves."""
    if not study.is_anonymised:
        return diagnosis
    return replace(diagnosis, provenance=replace(diagnosis.provenance, study=shown_name(study)))


def masked_page(study: Study, page: str) -> str:
    """Return a page of results without the names; the study's own stands alone in its title and above its heading."""
    masks = masks_of(study)
    own, label = re.escape(_escaped(study.name)), _escaped(shown_name(study))
    page = re.sub(rf"(<title>[^<]*|<p class=\"eyebrow\">|<a [^>]*>)\s*{own}(?=\s*(?:</title>|</p>|</a>))",
                  lambda found: f"{found.group(1)}{label}", page)
    return masks.text(page)


def masked_result(study: Study, document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document of a stored diagnosis as it may leave, its provenance with it."""
    found = dict(masked(study, document))
    provenance = found.get("diagnosis", {}).get("provenance")
    if study.is_anonymised and provenance:
        provenance["study"] = shown_name(study)
    return found


def _escaped(text: str) -> str:
    return html.escape(text).replace("&quot;", "&#34;").replace("&#x27;", "&#39;")
