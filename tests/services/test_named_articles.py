"""Links that name an article without its folder, as in a vault of Obsidian."""

from __future__ import annotations

import pytest

from tui_reader.model.article import Metadata
from tui_reader.services.articles.identities import FoundFile
from tui_reader.services.library.named_articles import article_named

VAULT = {
    "one": ("daily/2026-01-02.md", "2026-01-02", ()),
    "two": ("people/Ada Lovelace.md", "Ada, Countess of Lovelace", ("the enchantress", "AAL")),
    "three": ("people/archive/Tides.md", "Tides", ()),
    "four": ("sea/Tides.md", "Tides", ()),
    "five": ("sea/notes.v2.md", "The enchantress", ()),
    "six": ("sea/Ébauche.md", "Une ébauche", ()),
}
FILES = [
    (key, FoundFile(f"/vault/{name}", name, name, Metadata(title=title, aliases=aliases)))
    for key, (name, title, aliases) in VAULT.items()
]


@pytest.mark.parametrize(
    ("link", "near", "found"),
    [
        ("Ada%20Lovelace", "sea/x.md", "two"),
        ("ada lovelace", "sea/x.md", "two"),
        ("Ada%20Lovelace.md#Life", "sea/x.md", "two"),
        ("people/Ada%20Lovelace", "sea/x.md", "two"),
        ("AAL", "sea/x.md", "two"),
        ("the%20enchantress", "sea/x.md", "two"),
        ("Tides", "sea/x.md", "four"),
        ("Tides", "people/x.md", "three"),
        ("archive/Tides", "sea/x.md", "three"),
        ("notes.v2", "x.md", "five"),
        ("E%CC%81bauche", "x.md", "six"),
        ("Une%20%C3%A9bauche", "x.md", "six"),
        ("2026-01-02", "x.md", "one"),
        ("ides", "x.md", None),
        ("vault/Tides", "x.md", None),
        ("", "x.md", None),
        ("#part", "x.md", None),
    ],
)
def test_the_nearest_file_with_the_name_is_found_then_aliases_then_titles(
    link: str, near: str, found: str | None
) -> None:
    assert article_named(FILES, link, near) == found
