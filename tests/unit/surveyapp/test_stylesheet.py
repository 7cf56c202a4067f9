"""Respondents' pages must hold in browsers of 2015: nothing newer in the stylesheet without something older beside."""

import re
from pathlib import Path

import pytest

SHEET = Path(__file__).resolve().parents[3] / "surveyapp" / "static" / "respond.css"

# What browsers of 2015 do not know, in values: without a guard the whole declaration, and what depends on it, is lost.
MODERN_VALUES = {
    "custom property": r"var\(|(?:^|[;{\s])--[\w-]+\s*:",
    "grid": r"display\s*:\s*(inline-)?grid|grid-(template|auto|area|row|col)",
    "function": r"\b(clamp|min|max|env|color-mix|oklch|oklab|lab|lch|light-dark)\(",
    "gap": r"(?:^|[;{\s])(row-|column-)?gap\s*:",
    "logical property": r"(?:^|[;{\s])((margin|padding|border)-(inline|block)|inset|(inline|block)-size)[\w-]*\s*:",
    "unit": r"\d(dvh|svh|lvh|dvw|cqw|cqi|rlh|lh)\b",
    "sizing": r"aspect-ratio|min-content|max-content|fit-content|object-fit",
    "colour": r"#[0-9a-f]{8}\b|rgb\([^,)]+ ",
    "sticky": r"position\s*:\s*sticky",
    "shorthand": r"place-(items|content|self)",
}
# In selectors: an unknown one takes every other of its list with it.
MODERN_SELECTORS = r":has\(|:is\(|:where\(|:focus-visible|:focus-within|:user-invalid|:not\([^)]*,|&"
AT_RULES = {"@media", "@supports", "@charset", "@font-face"}
# Newer, but passed over without harm: the page is complete without them.
HARMLESS = {"accent-color", "color-scheme", "text-underline-offset", "user-select", "scroll-padding-top",
            "scroll-behavior", "overflow-wrap",
            "touch-action"}         # of the handle that only a newer browser's script makes

OF_2015 = frozenset(name for line in (
    "box-sizing font margin padding word-wrap display max-width min-width width height min-height max-height",
    "font-size line-height font-weight border border-top border-left border-color border-width border-radius",
    "text-align text-decoration white-space float clear content cursor flex flex-wrap flex-direction",
    "align-items align-self justify-content position overflow clip letter-spacing word-break vertical-align",
    "color background box-shadow outline outline-offset outline-color padding-left padding-right padding-top",
    "margin-top margin-bottom margin-left margin-right border-left-width border-bottom border-collapse padding-bottom",
    "left right bottom visibility",
) for name in line.split())


def rules(css: str, *, guarded: bool = False) -> list[tuple[str, str, bool]]:
    """Return (selector, body, whether it stands in @supports) of every rule."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    found, position = [], 0
    for match in re.finditer(r"[^{}]+\{", css):
        if match.start() < position:
            continue
        head, depth, end = match[0][:-1].strip(), 1, match.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(css[end], 0)
            end += 1
        body, position = css[match.end():end - 1], end
        if head.startswith("@"):
            assert head.split()[0] in AT_RULES, head
            found += rules(body, guarded=guarded or head.startswith("@supports"))
        else:
            found.append((head, body, guarded))
    return found


def faults_of(css: str) -> list[str]:
    faults = []
    for selector, body, guarded in rules(css):
        if guarded:
            continue
        is_alone = "," not in selector
        if re.search(MODERN_SELECTORS, selector) and not (is_alone and selector == ":focus-visible"):
            faults.append(f"{selector}: selector")
        faults += [f"{selector}: {name}" for name, pattern in MODERN_VALUES.items()
                   if re.search(pattern, body, re.IGNORECASE)]
    return faults


def test_the_stylesheet_asks_nothing_of_an_old_browser_without_a_guard():
    css = SHEET.read_text(encoding="utf-8")

    assert len(rules(css)) > 80
    assert faults_of(css) == []


@pytest.mark.parametrize("rule", [
    "a { color: var(--ink); }", ":root { --ink: red; }", ".x { display: grid; }", ".x { display: flex; gap: 1rem; }",
    ".x { width: clamp(1rem, 2vw, 3rem); }", ".x { margin-inline: 1rem; }", ".a, .b:has(c) { color: red; }",
    ".a:is(b) { color: red; }", ".x { inset: 0; }", ".x { height: 100dvh; }", "a:focus-visible, b { outline: 0; }",
    ".x { min-width: max(1rem, 2vw); }", ".x { position: sticky; }",
])
def test_the_check_finds_what_is_newer(rule: str):
    assert faults_of(rule) != []
    assert faults_of(f"@supports (display: grid) {{ {rule} }}") == []


def test_what_is_newer_and_unguarded_decorates_only():
    css = re.sub(r"/\*.*?\*/", "", SHEET.read_text(encoding="utf-8"), flags=re.DOTALL)
    used = {name for _, body, _ in rules(css) for name in re.findall(r"(?:^|[;\s])([a-z-]+)\s*:", body)}

    assert used - OF_2015 <= HARMLESS
