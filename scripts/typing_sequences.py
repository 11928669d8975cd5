"""A thousand queries to be typed letter by letter: for tests, and to measure with. They are the same in every run."""

from __future__ import annotations

import random
import sys
from typing import NamedTuple

from tui_reader.search.fields import ALIASES, FIELDS

COUNT = 1_000
WORDS = [
    "harbour",
    "engines",
    "patience",
    "élan",
    "spring",
    "night",
    "train",
    "maps",
    "arithmetic",
    "radio",
    "winter",
    "bridge",
    "ferry",
    "salt",
    "time",
    "common",
    "light",
    "ice",
    "north",
    "correction",
    "debts",
    "vote",
    "quiet",
    "return",
    "price",
    "waiting",
    "nato",
    "space",
    "café",
    "C++",
    "AT&T",
    "10:30",
    "it's",
]
CJK = ("東京湾", "夜警", "港の灯り", "週刊港湾", "海", "東京 夜", "데이터")
SLIPS = [
    "titel:harbour",
    "is:unraed",
    "words>many",
    "tga:nato",
    'source:"',
    "#",
    "",
    "date:2026-13",
    "sort:newst",
    "-",
    '"',
    "(",
    "((",
    "OR",
    "AND",
    "-(",
    "--",
    "tag:,,",
    ":",
    "https://x.org/a?b=c",
    "a<b",
    "x>",
    "limit:many",
    "colour:9",
    "is:",
]
VALUES = {
    "tag": ("defence", "nato", "spa", "eu/budget", '"open question"', "nato,arctic", "港"),
    "source": ("desk", '"Space desk"', "tide"),
    "by": ("roe", '"jane roe"'),
    "is": ("unread", "starred", "new", "lost"),
    "has": ("note", "tags", "date"),
    "sort": ("longest", "title", "oldest"),
    "colour": ("1", "2,3"),
    "lang": ("en", "ja"),
    "kind": ("markdown", "text"),
    "path": ("2026/", "article"),
    "words": ("800", "100..900", ">2k"),
    "minutes": ("5", "<10", "3..20"),
    "progress": ("50%", "1..99"),
    "limit": ("20", "5"),
}
DATES = ("2026", "2026-10", "2025-10-03", "7d", "<30d", "2025-01..2026-03", "today")


class Typed(NamedTuple):
    """A query to be typed."""

    kind: str
    text: str


def sequences() -> list[Typed]:
    """Return the queries, with a kind for each: the field, or what the query is made of."""
    draw = random.Random(13)
    made = [Typed("slips", text) for text in SLIPS]
    makers = (
        lambda: Typed("one letter", draw.choice("abcdefghijklmnopqrstuvwxyzé港")),
        lambda: Typed("word", draw.choice(WORDS)),
        lambda: Typed("several words", " ".join(draw.sample(WORDS, draw.randint(2, 5)))),
        lambda: Typed("phrase", f'"the {draw.choice(WORDS)} {draw.choice(WORDS)}"'),
        lambda: Typed("OR", " OR ".join(draw.sample(WORDS, draw.randint(2, 4)))),
        lambda: Typed("minus", f"{draw.choice(WORDS)} -{draw.choice(WORDS)} -tag:{draw.choice(('nato', 'space'))}"),
        lambda: Typed(
            "group", f"({draw.choice(WORDS)} OR tag:{draw.choice(('nato', 'space'))}) -({_field(draw).text})"
        ),
        lambda: Typed("CJK", " ".join(draw.sample(CJK, draw.randint(1, 2)))),
        lambda: Typed("slips", f"{draw.choice(WORDS)} {draw.choice(SLIPS)}{draw.choice(WORDS)}"),
        lambda: _field(draw),
        lambda: _field(draw),
        lambda: Typed("fields", f"{_field(draw).text} {_field(draw).text} {draw.choice(WORDS)}"),
    )
    while len(made) < COUNT:
        made.append(makers[len(made) % len(makers)]())
    return made


def _field(draw: random.Random) -> Typed:
    name = draw.choice(list(FIELDS))
    written = draw.choice([alias for alias, field in ALIASES.items() if field is name])
    known = VALUES.get(str(name)) or (DATES if written in {"after", "before", "older", "newer"} else ())
    dates = DATES if FIELDS[name].example.split(":")[-1][:1] in "<20y" else ()
    return Typed(f"{name}:", f"{written}:{draw.choice(known or dates or WORDS)}")


if __name__ == "__main__":
    for each in sequences():
        sys.stdout.write(f"{each.kind}\t{each.text}\n")
