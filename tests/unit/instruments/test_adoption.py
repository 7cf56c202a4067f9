"""A template made another organisation's own: it stays sound, says what went along, and what stays comparable."""

from dataclasses import replace

import pytest

from instruments.adoption import AdoptionChoices, TierChoice, adopt, fates
from instruments.checks import check_template
from instruments.codec import from_document, to_document
from instruments.template import StudyTemplate
from instruments.template_loader import catalogue, load_catalogue_template


def faults(template: StudyTemplate) -> list[str]:
    return [str(finding) for finding in check_template(template) if finding.is_error]


def of_group(template: StudyTemplate, group: str) -> list[str]:
    return [construct.key for construct in template.constructs if construct.group == group]


@pytest.fixture(params=catalogue())
def template(request: pytest.FixtureRequest) -> StudyTemplate:
    return load_catalogue_template(request.param)


def test_without_a_choice_nothing_changes(template: StudyTemplate):
    adopted = adopt(template, AdoptionChoices())

    assert adopted.template == template
    assert adopted.dropped == ()
    assert {one.fate for one in fates(template, adopted.template)} == {"same"}


def test_any_single_construct_can_go_and_the_rest_stays_sound(template: StudyTemplate):
    for construct in template.constructs:
        adopted = adopt(template, AdoptionChoices(constructs_off=(construct.key,))).template

        assert construct.key not in [one.key for one in adopted.constructs]
        assert faults(adopted) == [], construct.key


def test_a_problem_takes_its_choices_objectives_and_questions_along(template: StudyTemplate):
    problem = of_group(template, "problem")[0]

    adopted = adopt(template, AdoptionChoices(constructs_off=(problem,)))

    assert [one for one in adopted.dropped if one.part == "objective"]
    assert [one for one in adopted.dropped if one.part == "choice"]
    rules = adopted.template.rules
    assert rules is not None
    assert problem not in [objective.problem for objective in rules.objectives]
    assert [measure.key for measure in rules.measures if problem in measure.address_problem] == []


def test_half_of_the_problems_and_causes_can_go(template: StudyTemplate):
    off = (*of_group(template, "problem")[::2], *of_group(template, "cause")[::2])

    assert faults(adopt(template, AdoptionChoices(constructs_off=off)).template) == []


def test_a_scale_without_items_is_no_scale_any_more(template: StudyTemplate):
    form = template.instruments[0]
    problem = of_group(template, "problem")[0]
    off = tuple(f"{form.audience}:{item.key}" for item in form.items_of_construct(problem))

    by_items = adopt(template, AdoptionChoices(items_off=off)).template

    assert by_items == adopt(template, AdoptionChoices(constructs_off=(problem,))).template
    assert faults(by_items) == []


def test_a_measure_can_go_and_codes_speak_for_it_no_more(template: StudyTemplate):
    assert template.rules is not None
    measure = template.rules.measures[0].key

    adopted = adopt(template, AdoptionChoices(measures_off=(measure,))).template

    assert adopted.rules is not None
    assert adopted.codebook is not None
    assert measure not in [one.key for one in adopted.rules.measures]
    assert [code.key for code in adopted.codebook.codes if measure in code.strategy] == []
    assert faults(adopted) == []


def test_an_item_others_are_asked_after_takes_those_along():
    template = load_catalogue_template("bank_crm")
    staff = template.instrument("staff")
    asked = next(item for item in staff.items if item.role == "stated_problem")

    adopted = adopt(template, AdoptionChoices(items_off=(f"staff:{asked.key}",)))

    followers = [one for one in adopted.dropped if one.why == "asked_after_removed"]
    assert followers
    assert faults(adopted.template) == []


def test_another_wording_is_not_comparable_and_names_its_language():
    template = load_catalogue_template("bank_crm")
    item = next(item for item in template.instrument("staff").items if item.kind == "rating" and item.construct)
    words = {"staff": {f"items/{item.key}/text": {"zh": "我们银行自己的说法。"}}}

    adopted = adopt(template, AdoptionChoices(wordings=words)).template

    fate = next(one for one in fates(template, adopted) if one.key == item.key)
    assert (fate.fate, fate.languages) == ("reworded", ("zh",))
    assert {one.fate for one in fates(template, adopted) if one.key != item.key} == {"same"}


def test_spaces_alone_change_nothing_of_what_is_comparable():
    template = load_catalogue_template("bank_crm")
    item = next(item for item in template.instrument("staff").items if item.kind == "rating")
    words = {"staff": {f"items/{item.key}/text": {"en": f"  {item.text['en']} "}}}

    adopted = adopt(template, AdoptionChoices(wordings=words)).template

    assert {one.fate for one in fates(template, adopted)} == {"same"}


def test_a_label_of_the_scale_rewords_every_item_on_it():
    template = load_catalogue_template("bank_crm")
    staff = template.instrument("staff")
    scale = next(item.scale for item in staff.items if item.kind == "rating" and item.construct)
    words = {"staff": {f"scales/{scale}/5": {"en": "Very much so"}}}

    adopted = adopt(template, AdoptionChoices(wordings=words)).template

    reworded = {one.key for one in fates(template, adopted) if one.audience == "staff" and one.fate == "reworded"}
    assert reworded == {item.key for item in staff.items if item.kind == "rating" and item.scale == scale}


def test_a_changed_questionnaire_has_a_version_of_its_own():
    template = load_catalogue_template("bank_crm")
    item = template.instrument("staff").items[0]
    words = {"staff": {f"items/{item.key}/text": {"en": "Other words"}}}

    adopted = adopt(template, AdoptionChoices(wordings=words)).template

    assert adopted.instrument("staff").version != template.instrument("staff").version
    assert adopted.instrument("customer").version == template.instrument("customer").version


def test_own_tiers_take_the_place_of_the_examples():
    template = load_catalogue_template("bank_crm")
    tiers = {"personal": {"wealth": TierChoice(800_000.0, {"zh": "钻石客户"})}}

    adopted = adopt(template, AdoptionChoices(tiers=tiers)).template

    assert adopted.value_model is not None
    wealth = next(tier for tier in adopted.value_model.tiers["personal"] if tier.key == "wealth")
    assert (wealth.minimum, wealth.name["zh"]) == (800_000.0, "钻石客户")
    assert wealth.name["en"]
    assert faults(adopted) == []


def test_tiers_that_do_not_rise_are_told_by_the_checks():
    template = load_catalogue_template("bank_crm")
    tiers = {"personal": {"wealth": TierChoice(1.0, {})}}

    assert any("do not rise" in fault for fault in faults(adopt(template, AdoptionChoices(tiers=tiers)).template))


def test_names_are_taken_over_in_each_language():
    template = load_catalogue_template("bank_crm")

    adopted = adopt(template, AdoptionChoices(title={"zh": "本行客户关系调查"}, organisation={"zh": "甲行"})).template

    assert adopted.title == {**template.title, "zh": "本行客户关系调查"}
    assert adopted.organisation["zh"] == "甲行"


def test_choices_come_back_from_their_document():
    choices = AdoptionChoices(kind="city", constructs_off=("X",), tiers={"a": {"b": TierChoice(1.0, {"en": "B"})}},
                              wordings={"staff": {"frame/title": {"en": "T"}}})

    assert from_document(AdoptionChoices, to_document(choices)) == choices
    assert replace(choices) == choices
