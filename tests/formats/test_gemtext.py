"""Gemtext becomes blocks line by line."""

from __future__ import annotations

from tests.formats.conforming import flaws_of
from tui_reader.document.blocks import BlockKind, SpanKind
from tui_reader.formats import read, scan

SOURCE = """# Of Tides

They rise and fall. See https://example.org/moon for why.
=> gemini://example.org/a.gmi The harbour log
=> b.gmi
=> javascript:alert(1) Not a link
## Causes
* the moon
* the sun

> Time and tide
> wait for no one.

```A drawing of a wave
~~ ~~
  ~
```
```python
print("a")

# no heading
```
"""


def test_each_line_is_a_block_of_its_kind() -> None:
    document = read(SOURCE.encode(), "a.gmi")
    assert flaws_of(document) == []
    shown = [
        (block.kind.value, block.level or block.quote or block.depth, document.block_text(index))
        for index, block in enumerate(document.blocks)
    ]
    assert shown == [
        ("heading", 1, "Of Tides"),
        ("paragraph", 0, "They rise and fall. See https://example.org/moon for why."),
        ("paragraph", 0, "The harbour log"),
        ("paragraph", 0, "b.gmi"),
        ("paragraph", 0, "Not a link"),
        ("heading", 2, "Causes"),
        ("paragraph", 1, "the moon"),
        ("paragraph", 1, "the sun"),
        ("paragraph", 1, "Time and tide"),
        ("paragraph", 1, "wait for no one."),
        ("paragraph", 0, "A drawing of a wave"),
        ("code", 0, "~~ ~~\n  ~"),
        ("code", 0, 'print("a")\n\n# no heading'),
    ]
    links = [span.target for span in document.spans if span.kind is SpanKind.LINK]
    assert links == ["https://example.org/moon", "gemini://example.org/a.gmi", "b.gmi"]
    assert document.blocks[-1].language == "python"
    assert document.title_block == 0


def test_the_first_heading_is_the_title_and_marks_are_not_words() -> None:
    metadata, error = scan(b"# Of Tides\n* one\n> two\n=> a.gmi three\n", "a.gmi")
    assert (metadata.title, metadata.words, error) == ("Of Tides", 5, "")
    assert "title" not in metadata.guessed


def test_code_that_is_not_closed_is_code_to_the_end() -> None:
    document = read(b"Text.\n```\n* code", "a.gmi")
    assert [block.kind for block in document.blocks] == [BlockKind.PARAGRAPH, BlockKind.CODE]
