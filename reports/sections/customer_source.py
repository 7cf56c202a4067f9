"""What the parts on the customer files ask: the figures, names in the report's language, the smallest group."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.privacy import MINIMUM_GROUP
from analysis.results.customers import CustomerPicture
from instruments.facts import StudyFacts
from instruments.schema import Text
from instruments.template import StudyTemplate, ValueModel
from reports.sections.source import Source
from reports.wording import Words

NO_TIER = "unknown"
ASSETS = "aum"              # the field of the value model that sums of assets are made of


@dataclass(frozen=True)
class CustomerSource:
    """The figures of the customer files with what names them; of a diagnosis, or alone on a page."""

    picture: CustomerPicture
    template: StudyTemplate
    facts: StudyFacts
    words: Words
    language: str
    minimum_group: int = MINIMUM_GROUP

    def read(self, text: Text) -> str:
        """Return the wording in the report's language, or the first there is."""
        return text.get(self.language) or next(iter(text.values()), "")

    @property
    def model(self) -> ValueModel | None:
        return self.template.value_model

    def kind(self, key: str) -> str:
        """Return the name of a customer type."""
        phrase = f"file.kind_{key}"
        return self.words.text(phrase) if self.words.has(phrase) else key

    def tier(self, key: str) -> str:
        """Return the name of "type.tier"."""
        kind, _, tier = key.rpartition(".")
        found = next((t for t in self.model.tiers.get(kind, ()) if t.key == tier), None) if self.model else None
        name = self.read(found.name) if found else self.words.text("file.tier_unknown") if tier == NO_TIER else tier
        return self.words.text("file.tier", kind=self.kind(kind), tier=name) if kind else name

    def tier_alone(self, kind: str, key: str) -> str:
        """Return the name of a tier without its customer type."""
        found = next((t for t in self.model.tiers.get(kind, ()) if t.key == key), None) if self.model else None
        return self.read(found.name) if found else key

    def stage(self, key: str) -> str:
        """Return the name of a stage."""
        found = next((stage for stage in self.model.stages if stage.key == key), None) if self.model else None
        return self.read(found.name) if found else self.words.text("file.not_assessable")

    def stages(self, keys: set[str]) -> list[str]:
        """Return the stages among some keys, in the order of the life cycle, those not assessable last."""
        known = [stage.key for stage in self.model.stages] if self.model else []
        return [key for key in (*known, "not_assessable") if key in keys]

    def field(self, key: str) -> str:
        """Return the name of a column of the customer file."""
        found = next((f for f in self.model.fields if f.key == key), None) if self.model else None
        return (found.name.get(self.language) if found else None) or key.replace("_", " ")

    def measured_in(self, unit: str | None) -> str:
        """Return the word of a field's unit, "" where it has none; a unit without a word stands for itself."""
        if not unit:
            return ""
        phrase = f"field_unit.{unit.replace(' ', '_')}"
        return self.words.text(phrase) if self.words.has(phrase) else unit

    @property
    def money(self) -> str:
        """The word of the unit that assets are given in; "" where the value model states none."""
        field = next((f for f in self.model.fields if f.key == ASSETS), None) if self.model else None
        return self.measured_in(field.unit) if field else ""

    def unit(self, key: str) -> str:
        """Return the name of a unit; a key nobody entered stands for itself, rows without one are called so."""
        found = next((unit for unit in self.facts.units if unit.key == key), None)
        return self.read(found.name) if found else key or self.words.text("records.no_unit")

    def name_of(self, what: str, key: str) -> str:
        """Return the name of a record class, a kind of connection or a legal basis."""
        known = getattr(self.model, what) if self.model else ()
        return next((self.read(one.name) for one in known if one.key == key), key)


def customer_source(study: Source) -> CustomerSource | None:
    """Return the source of the parts on customer files of a diagnosis; None where there was none."""
    picture = study.diagnosis.customers
    return None if picture is None else CustomerSource(
        picture, study.template, study.facts, study.words, study.language, study.minimum_group)
