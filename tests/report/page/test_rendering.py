"""The shell of a page: nothing is fetched, nothing gets out of its place, and names are only names."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from report.page.rendering import (
    TITLE,
    Entry,
    NotInline,
    Page,
    compact,
    prose,
    render,
    script_json,
    templates,
    visible,
)

HEADER = Markup("<h1>staging</h1>")
MAIN = Markup('<section id="a"><h2>A</h2></section>')


class Tags(HTMLParser):
    """The tags of a page, each with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note it."""
        self.tags.append((tag, dict(attrs)))

    def named(self, name: str) -> list[dict[str, str | None]]:
        """Attributes of all tags of a name."""
        return [attributes for tag, attributes in self.tags if tag == name]


def test_a_page_may_fetch_nothing_and_names_nothing_to_fetch() -> None:
    tags = Tags(render(Page("staging", HEADER, MAIN)))
    [policy] = [meta["content"] for meta in tags.named("meta") if "http-equiv" in meta]

    assert policy is not None
    assert policy.startswith("default-src 'none'; ")
    assert "http" not in policy
    assert [{"rel": "icon", "href": "data:,"}] == tags.named("link")
    assert [] == [attributes for _, attributes in tags.tags if "src" in attributes]


def test_a_page_says_its_language_its_title_and_where_its_main_part_begins() -> None:
    tags = Tags(render(Page("staging", HEADER, MAIN, (Entry("a", "A"),))))

    assert [{"lang": "en"}] == tags.named("html")
    assert [{"class": "skip", "href": "#main"}, {"href": "#a"}] == tags.named("a")
    assert [{"id": "main", "tabindex": "-1"}] == tags.named("main")
    assert [{"class": "contents", "aria-label": "Contents"}] == tags.named("nav")


def test_a_long_title_is_cut_and_a_page_without_contents_has_no_list_of_them() -> None:
    page = render(Page("s" * 200, HEADER, MAIN))
    title = page.split("<title>")[1].split("</title>")[0]

    assert (TITLE, "…") == (len(title), title[-1])
    assert [] == Tags(page).named("nav")


@pytest.mark.parametrize(
    ("styles", "scripts", "element"),
    [(("</style><script>",), (), "style"), ((), ("let a = '</ScRiPt>';",), "script")],
)
def test_what_would_end_its_element_is_refused(
    styles: tuple[str, ...], scripts: tuple[str, ...], element: str
) -> None:
    with pytest.raises(NotInline) as refused:
        render(Page("staging", HEADER, MAIN, styles=styles, scripts=scripts))

    assert element == refused.value.element


@settings(max_examples=25)
@given(st.text())
def test_titles_are_text_whatever_is_in_them(text: str) -> None:
    page = render(Page(text, HEADER, MAIN, (Entry("a", text, "wrong", text),)))
    plain = render(Page("a", HEADER, MAIN, (Entry("a", "a", "wrong", "a"),)))

    tags = [tag for tag, _ in Tags(page).tags]
    assert [tag for tag, _ in Tags(plain).tags if tag != "span"] == [tag for tag in tags if tag != "span"]


@settings(max_examples=25)
@given(st.recursive(st.text() | st.sampled_from(["</script>", "<!--", "\u2028", "&lt;"]), st.lists))
def test_json_in_a_script_is_the_data_and_can_not_end_it(data: object) -> None:
    written = script_json(data)

    assert data == json.loads(written)
    assert set() == set(written) & set("<>&\u2028\u2029")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Zürich 東京 שלום", "Zürich 東京 שלום"),
        ("a\u202eb", "a\\u202eb"),
        ("bell\x07", "bell\\x07"),
        ("half \ud800", "half \\ud800"),
    ],
)
def test_letters_stay_and_what_steers_the_eye_is_written_out(text: str, shown: str) -> None:
    assert shown == visible(text)
    assert shown in templates().from_string("{{ text }}").render(text=text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ask `miyabi status` now", "ask <code>miyabi status</code> now"),
        ("`<b>` & more", "<code>&lt;b&gt;</code> &amp; more"),
        ("one ` alone <b>", "one ` alone &lt;b&gt;"),
    ],
)
def test_backticks_make_code_and_nothing_else(text: str, shown: str) -> None:
    assert shown == prose(text)


def test_a_style_without_comments_and_indentation_has_the_same_rules() -> None:
    css = "/* why */\na,\nb {\n  margin:\n    1px\n    2px;\n  color: red;\n}\n\nc {\n  top: 0;\n}\n"

    assert "a,b {margin: 1px 2px;color: red;}\nc {top: 0;}\n" == compact(css)
