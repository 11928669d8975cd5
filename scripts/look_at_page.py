"""Draw pictures of an exported page in headless Chromium: wide and narrow, light, dark and printed.

    python scripts/look_at_page.py [FOLDER [PAGE ...]]

It writes pages with 60 highlights, overlaps, long notes, code, tables, an Arabic and a Japanese article to FOLDER
(by default `page-pictures`), one PNG a size and colour scheme, and one PDF a page whose pages become PNGs too if
`pdftoppm` is there. Chromium is looked for as `chromium`, `chromium-browser` and `google-chrome`; where there is none,
that is said and only the pages are written.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tui_reader.anchoring.description import describe
from tui_reader.exchange.clip import clip
from tui_reader.exchange.registry import find_export
from tui_reader.formats.registry import read
from tui_reader.model.annotation import Annotation, Placement, PlaceState
from tui_reader.model.article import Article, Headline

if TYPE_CHECKING:
    from tui_reader.document.blocks import Document
    from tui_reader.exchange.clip import Clip


NOTES = (
    "Is this *still* so? See [the table](https://example.org/table?year=2026&kind=a) and `share = a / b`.",
    "A short one.",
    """A note of some length, as people write them when a sentence annoys them: the figure is right, the year is not.
And the comparison leaves out what was bought before.

- first, the fraction
- second, the money

Then ask who gains.""",
    "",
    "",
    "ملاحظة قصيرة عن المقال",
    "重要な点。後で調べる。",
)
SAMPLE = Path(__file__).resolve().parent.parent / "sample_articles" / "how-to-read-a-defence-budget.md"
KINDS = """
## All the kinds of blocks

A paragraph with **bold**, *emphasis*, `code`, [a link](https://example.org/a/rather/long/path?with=a&query=too), a key
<kbd>ctrl</kbd>, H<sub>2</sub>O, x<sup>2</sup>, ~~struck~~, <mark>marked by the author</mark>, a note[^1] and $a < b$.

> [!WARNING] Mind the gap
> A callout with a list:
>
> 1. one
> 2. two
>    - nested

> A quotation.
>
> > And one within it.

- [ ] to do
- [x] done
- an item of two paragraphs

  the second of them

Term
: Its definition, which is long enough to be broken into two lines on a page of this width, or so one hopes.

```python
def share(defence: float, economy: float) -> float:
    # a comment that is long enough to go beyond the edge of the column of text on every page, wide or narrow
    return 100 * defence / economy if economy > 0 else 0
```

| year | economy (bn) | defence (bn) | what happened, in so many words that the table is wide |
|---|---:|---:|---|
| first | 600 | 12.0 | the promise is kept, and said to be kept, in all the newspapers |
| second | 560 | 12.0 | a recession |

| a | table | of | eight | columns | with | long | words |
|---|---|---|---|---|---|---|---|
| Donaudampfschifffahrt | Gesellschaft | 1,234,567 | 1,234,567 | 1,234,567 | Kapitänsmütze | 12.0 | Versorgungsschiff |

A bare address: <https://example.org/a/very/long/address/without/any/blank/that/must/be/broken/somewhere?x=1234567890123456789>

![A chart of tides, rising and falling](https://example.org/tides.png)

$$
\\int_0^1 x^2 \\, dx = \\frac{1}{3}
$$

---

[^1]: The text of the footnote, with a [link](https://example.org/footnote).
"""
ADDRESS = "lang: en\nurl: https://example.org/budget"
ARABIC = """---
title: كيف تقرأ ميزانية الدفاع
byline: محاسب صبور
source: الشرح
date: 2026-09-08
lang: ar
url: https://example.org/ar
---

# كيف تقرأ ميزانية الدفاع

ميزانية الدفاع قصة تُروى بالأرقام على لسان من يريد شيئا. هذا لا يجعلها كاذبة، لكنه يعني أن تُقرأ ببطء، وبقلم في اليد.

- السؤال الأول: حصة من ماذا؟
- السؤال الثاني: GDP أم ميزانية الدولة؟

> قال الوزير إن النسبة ارتفعت إلى 2.14 في المئة.

The minister said it in English first, and this paragraph stays in its own direction.

| السنة | الاقتصاد |
|---|---:|
| الأولى | 600 |

```
share = defence / economy
```
"""
JAPANESE = """---
title: 防衛予算の読み方
byline: 忍耐強い会計士
source: 解説
date: 2026-09-08
lang: ja
---

# 防衛予算の読み方

防衛予算とは、何かを欲する人々が数字で語る物語である。だからといって嘘だというわけではない。ゆっくりと、鉛筆を手に、読むべきだということだ。😀

最もよく知られた数字は割合である。国内総生産に占める防衛費の割合、上と下があるのに、人は上だけを見る。長い段落は、句読点のところで折り返されなければならない。

1. 何の割合か
2. 誰が得をするのか
"""


def annotated(source: str, name: str, count: int, seed: int) -> Clip:
    """Return an article with a number of highlights, some over others, one orphan and one ambiguous."""
    document = read(source.encode(), f"{name}.md")
    chance = random.Random(seed)
    spots = [_spot(document, chance, length) for length in (chance.choice((18, 40, 90, 240)) for _ in range(count))]
    annotations = []
    for number, (start, end) in enumerate(spots):
        anchor = describe(document, start, end)
        state = (PlaceState.ORPHAN, PlaceState.AMBIGUOUS)[number] if number < 2 else PlaceState.ANCHORED
        tags = ("figures", "check") if number % 7 == 0 else ()
        annotations.append(
            Annotation(
                f"{number}",
                name,
                anchor,
                None,
                Placement(start, end, state),
                chance.randint(1, 5),
                chance.choice(NOTES),
                tags,
            )
        )
    annotations.append(Annotation("whole", name, note="A note on the **whole** article: worth reading twice."))
    headline = Headline(Article(name, f"{name}.md", document.metadata))
    return clip(headline, annotations, document, ("claim", "evidence", "doubt", "question", "quote"))


def _spot(document: Document, chance: random.Random, length: int) -> tuple[int, int]:
    start = chance.randrange(max(1, len(document.text) - length))
    while start and document.text[start - 1].isalnum():
        start -= 1
    end = min(len(document.text), start + length)
    while end < len(document.text) and document.text[end].isalnum():
        end += 1
    return start, end


WRAPPER = """<!DOCTYPE html><meta name="color-scheme" content="light dark">
<style>body {{ margin: 0; overflow: hidden }} iframe {{ border: 0; position: absolute; top: {top}px }}</style>
<iframe src="{page}" width="{width}" height="{height}"></iframe>"""
SIZES = {"wide": (1280, 900, 8), "narrow": (420, 800, 16)}
"""Width and height of a screen, and the number of screens that are pictured."""


def main() -> int:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "page-pictures").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    source = SAMPLE.read_text("utf-8")
    english = annotated(f"{source.replace('lang: en', ADDRESS)}\n{KINDS}", "english", 60, 1)
    arabic, japanese = annotated(ARABIC, "arabic", 9, 3), annotated(JAPANESE, "japanese", 9, 4)
    pages = {
        "english": [english],
        "arabic": [arabic],
        "japanese": [japanese],
        "all": [english, arabic, japanese],
    }
    page_format = find_export("html")
    for name, clips in pages.items():
        content = page_format.write(clips)
        assert isinstance(content, str)
        (folder / f"{name}.html").write_text(content, "utf-8")
    print(f"pages: {folder}")
    names = ("chromium", "chromium-browser", "google-chrome")
    browser = next(filter(None, map(shutil.which, names)), None)
    if browser is None:
        print("no Chromium here: no pictures")
        return 0
    for name in sys.argv[2:] or pages:
        for scheme in ("light", "dark"):
            for size in SIZES:
                _picture(browser, folder, name, scheme, size)
        _print(browser, folder, name)
    return 0


def _picture(browser: str, folder: Path, name: str, scheme: str, size: str) -> None:
    width, height, screens = SIZES[size]
    for screen in range(screens if name == "english" else 1):
        # A window of Chromium is at least 500 pixels wide, a frame in it is not.
        wrapper = folder / "wrapper.html"
        wrapper.write_text(
            WRAPPER.format(page=f"{name}.html", width=width, height=height * screens, top=-height * screen), "utf-8"
        )
        _run(
            browser,
            f"--blink-settings=preferredColorScheme={int(scheme == 'light')}",
            f"--window-size={max(500, width)},{height}",
            f"--screenshot={folder / f'{name}-{size}-{scheme}-{screen + 1}.png'}",
            wrapper.as_uri(),
        )
        wrapper.unlink()


def _print(browser: str, folder: Path, name: str) -> None:
    pdf = folder / f"{name}.pdf"
    # A reader who prefers dark pages prints on white paper all the same.
    _run(
        browser,
        "--blink-settings=preferredColorScheme=0",
        "--no-pdf-header-footer",
        f"--print-to-pdf={pdf}",
        (folder / f"{name}.html").as_uri(),
    )
    if shutil.which("pdftoppm"):
        subprocess.run(["pdftoppm", "-r", "70", "-png", pdf, folder / f"{name}-print"], check=True)


def _run(browser: str, *arguments: str) -> None:
    with tempfile.TemporaryDirectory() as profile:
        options = ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={profile}")
        subprocess.run([browser, *options, *arguments], check=True, capture_output=True, timeout=120)


if __name__ == "__main__":
    sys.exit(main())
