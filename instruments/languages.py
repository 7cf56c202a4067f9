"""Languages by their code: their own names, and which are written from right to left."""

from __future__ import annotations

from collections.abc import Mapping

NAMES: Mapping[str, str] = {
    "en": "English", "zh": "中文", "zh-hant": "繁體中文", "de": "Deutsch", "fr": "Français", "es": "Español",
    "it": "Italiano", "pt": "Português", "nl": "Nederlands", "pl": "Polski", "ru": "Русский", "ar": "العربية",
    "ja": "日本語", "ko": "한국어", "vi": "Tiếng Việt", "lt": "Lietuvių", "sv": "Svenska", "tr": "Türkçe",
    "he": "עברית", "fa": "فارسی", "ur": "اردو", "uk": "Українська", "cs": "Čeština", "da": "Dansk", "fi": "Suomi",
    "el": "Ελληνικά", "hi": "हिन्दी", "hu": "Magyar", "id": "Bahasa Indonesia", "ms": "Bahasa Melayu", "no": "Norsk",
    "ro": "Română", "sq": "Shqip", "af": "Afrikaans", "sw": "Kiswahili", "th": "ไทย", "bn": "বাংলা", "ca": "Català",
}
_RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi"})


def own_name(code: str) -> str:
    """Return a language's own name; a variety (de-informal) has its code behind it, an unknown one is its code."""
    plain = code.lower()
    if plain in NAMES:
        return NAMES[plain]
    name = NAMES.get(plain.split("-")[0])
    return f"{name} ({code})" if name else code


def is_right_to_left(code: str) -> bool:
    """Return whether a language is written from right to left."""
    return code.lower().split("-")[0] in _RIGHT_TO_LEFT
