"""Words that another tool shows by itself, so that its files do not hold them: yes and no, sexes, "other"."""

from __future__ import annotations

from collections.abc import Mapping

# Each line: English, Chinese, traditional Chinese, French, German, Italian, Spanish, Portuguese, Dutch, Russian,
# Arabic, Hebrew.
_LANGUAGES = ("en", "zh", "zh-hant", "fr", "de", "it", "es", "pt", "nl", "ru", "ar", "he")
_WORDS: Mapping[str, tuple[str, ...]] = {
    "yes": ("Yes", "是", "是", "Oui", "Ja", "Sì", "Sí", "Sim", "Ja", "Да", "نعم", "כן"),
    "no": ("No", "否", "否", "Non", "Nein", "No", "No", "Não", "Nee", "Нет", "لا", "לא"),
    "uncertain": (
        "Uncertain", "不确定", "不確定", "Indécis", "Unsicher", "Incerto", "No sé", "Incerto", "Onzeker",
        "Не уверен(а)", "غير متأكد", "לא בטוח"),
    "increase": (
        "Increase", "增加", "增加", "Augmente", "Zunahme", "Aumenta", "Aumenta", "Aumenta", "Toename", "Увеличение",
        "زيادة", "עלייה"),
    "same": (
        "Same", "不变", "不變", "Sans changement", "Gleich", "Uguale", "Igual", "Igual", "Gelijk", "Без изменений",
        "بلا تغيير", "ללא שינוי"),
    "decrease": (
        "Decrease", "减少", "減少", "Diminue", "Abnahme", "Diminuisce", "Disminuye", "Diminui", "Afname", "Уменьшение",
        "نقصان", "ירידה"),
    "female": (
        "Female", "女", "女", "Féminin", "Weiblich", "Femmina", "Femenino", "Feminino", "Vrouw", "Женский", "أنثى",
        "נקבה"),
    "male": (
        "Male", "男", "男", "Masculin", "Männlich", "Maschio", "Masculino", "Masculino", "Man", "Мужской",
        "ذكر", "זכר"),
    "other": (
        "Other", "其他", "其他", "Autre", "Sonstiges", "Altro", "Otro", "Outro", "Anders", "Другое", "أخرى", "אחר"),
    "none": (
        "None", "以上都不是", "以上皆非", "Aucun", "Keine Angabe trifft zu", "Nessuno", "Ninguno", "Nenhum", "Geen",
        "Ничего из этого", "لا شيء مما سبق", "אף אחד"),
    "refuse": (
        "Refuse to answer", "不愿回答", "不願回答", "Refus de répondre", "Keine Antwort", "Rifiuto di rispondere",
        "Prefiero no contestar", "Prefiro não responder", "Wil niet antwoorden", "Отказ от ответа", "أرفض الإجابة",
        "מסרב/ת לענות"),
    "dont_know": (
        "Don't know", "不知道", "不知道", "Ne sait pas", "Weiß nicht", "Non so", "No sabe", "Não sei", "Weet niet",
        "Не знаю", "لا أعرف", "לא יודע/ת"),
}


def spoken(word: str, languages: tuple[str, ...]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return a word in each language, and the languages in which it had to stay English."""
    found, missing = {}, []
    forms = dict(zip(_LANGUAGES, _WORDS[word], strict=True))
    for language in languages:
        code = language.lower()
        form = forms.get(code) or forms.get(code.split("-")[0])
        if form is None:
            missing.append(language)
        found[language] = form or forms["en"]
    return found, tuple(missing)


def language_code(name: str) -> str:
    """Return our code of a language as another tool names it: `zh-Hans` and `ZH-S` are `zh`, `EN` is `en`."""
    code = name.strip().replace("_", "-")
    lowered = code.lower()
    if lowered in _ALIASES:
        return _ALIASES[lowered]
    head, _, tail = code.partition("-")
    return f"{head.lower()}-{tail}" if tail else head.lower()


_ALIASES: Mapping[str, str] = {
    "zh-hans": "zh", "zh-cn": "zh", "zh-s": "zh", "zh-sg": "zh", "zh-hant-hk": "zh-hant", "zh-hant-tw": "zh-hant",
    "zh-tw": "zh-hant", "zh-hk": "zh-hant", "zh-t": "zh-hant", "zh-hant": "zh-hant", "en-gb": "en-GB", "es-es": "es",
    "pt-br": "pt-BR", "iw": "he",
}
