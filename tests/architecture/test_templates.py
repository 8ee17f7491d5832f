"""What holds for every template, style sheet and script at once."""

import re
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, SCRIPTS, STYLES, TEMPLATES, name_of

COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgba?|hsla?|oklch|oklab|lab|lch|hwb)\(")
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
TEMPLATE_COMMENT = re.compile(r"{% comment %}.*?{% endcomment %}|{#.*?#}", re.DOTALL)
EXTENDS = re.compile(r"{%\s*extends\s+[\"']([^\"']+)[\"']")
INCLUDE = re.compile(r"{%\s*include\s+[^%]*%}")
SCRIPT = re.compile(r"<script\b(?![^>]*\bsrc=)[^>]*>")
EVENT_ATTRIBUTE = re.compile(r"\son[a-z]+\s*=", re.IGNORECASE)

FRAMES = {"base.html", "plain.html"}

# Mail has rules of its own: mail programs know neither style sheets nor custom properties, and no page is around it.
PAGES = [path for path in TEMPLATES if "messages" not in path.relative_to(ROOT / "templates").parts[:1]]

every_template = pytest.mark.parametrize("path", PAGES, ids=name_of)


def is_fragment(path: Path) -> bool:
    """Tell whether a template is a part of others: `_x.html`, and everything under `components/` and `elements/`."""
    return path.name.startswith("_") or {"components", "elements"} & set(path.parts) != set()


def text_of(path: Path) -> str:
    """Return a template without its comments."""
    return TEMPLATE_COMMENT.sub("", path.read_text())


def ancestry(path: Path) -> list[str]:
    """Return the texts of a template and of those that it extends, as far as they are the project's own."""
    text = text_of(path)
    parent = EXTENDS.search(text)
    place = ROOT / "templates" / parent.group(1) if parent else None
    return [text, *(ancestry(place) if place and place.exists() else [])]


@every_template
def test_a_page_has_a_title_and_one_h1(path: Path) -> None:
    if is_fragment(path) or path.name in FRAMES or "layouts" in path.parts:
        return
    texts = ancestry(path)
    whole = "\n".join(texts)
    assert any(re.search(r"{%\s*block title\s*%}\s*\S|<title>\s*\w", text) for text in texts[:-1] or texts)
    assert whole.count("<h1") == 1, "the frame holds the one h1; pages fill the block `heading`"


@every_template
def test_a_fragment_never_extends(path: Path) -> None:
    if is_fragment(path):
        assert not EXTENDS.search(text_of(path))


@every_template
def test_an_include_takes_only_what_it_is_given(path: Path) -> None:
    loose = [found for found in INCLUDE.findall(text_of(path)) if not re.search(r"\bonly\s*%}", found)]
    assert loose == []


@every_template
def test_there_is_no_inline_style_script_or_event_attribute(path: Path) -> None:
    text = text_of(path)
    assert "style=" not in text
    assert "<style" not in text
    assert not SCRIPT.search(text)
    assert not [tag for tag in re.findall(r"<[a-z][^>]*>", text) if EVENT_ATTRIBUTE.search(tag)]


@every_template
def test_a_template_is_short(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 120


@pytest.mark.parametrize("path", [*STYLES, *PAGES, *SCRIPTS], ids=name_of)
def test_colours_stand_in_the_tokens_alone(path: Path) -> None:
    if path.name == "tokens.css":
        return
    text = COMMENT.sub("", path.read_text())
    without_links = re.sub(r"""(?:href|hx-[a-z-]+|url|d|id|for|popovertarget)\s*[=(]\s*["']?#[^"')\s]*""", "", text)
    selectors_aside = (
        re.sub(r"#[a-zA-Z][\w-]*(?=[^{};]*\{)", "", without_links) if path.suffix == ".css" else without_links
    )
    assert COLOUR.findall(selectors_aside) == []


@pytest.mark.parametrize("path", SCRIPTS, ids=name_of)
def test_a_script_is_one_element_that_imports_nothing(path: Path) -> None:
    text = COMMENT.sub("", path.read_text())
    assert not re.search(r"^\s*(import|export)\b", text, re.MULTILINE)
    assert text.count("customElements.define(") <= 1
    assert not re.search(r"\beval\(|new Function\(|innerHTML\s*=|document\.write", text)
