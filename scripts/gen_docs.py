"""Write what is generated: docs/keys.md, docs/queries.md, tables of README.md and other documents, and share/.

With --check nothing is written; the exit status is 1 if a part is out of date.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tui_reader.cli.completion import SHELLS, script
from tui_reader.cli.main import whole_program
from tui_reader.cli.manual import manual
from tui_reader.exchange.registry import EXPORTS, Kept
from tui_reader.exchange.templates import ANNOTATION_FIELDS, ARTICLE_FIELDS
from tui_reader.formats.descriptions import brief_format_table, format_table
from tui_reader.search import guide
from tui_reader.tui.commands.binding import modules_of_commands
from tui_reader.tui.commands.command_texts import line_sheet, markdown_table
from tui_reader.tui.commands.keymap import Keymap
from tui_reader.tui.commands.query_keys import bar_sheet
from tui_reader.tui.commands.table import COMMANDS
from tui_reader.tui.screens.annotations import screen as annotations_screen
from tui_reader.tui.screens.reading import wiring

ROOT = Path(__file__).resolve().parents[1]

KEYS_HEAD = """# Keys

Generated from the command table by `make docs`. A number before a key repeats it where the column *counts* says so.
To change keys, name commands in `config.toml`:

```toml
[keys]
star = ["s", "f5"]
next_article = "ctrl+n"
```

"""


QUERIES_HEAD = """# Queries

Generated from the fields and examples of the language by `make docs`. A query stands behind `/` in the list and in the
list of annotations, in saved searches, and behind `tui-reader list`, `tag`, `star`, `archive`, `read`, `notes list` and
`notes delete`. Every text is a query: what cannot be a field is searched for as words, and what looks like a slip is
said, with what was probably meant.

In the list a query narrows the view that is open; the inbox shows archived articles only if it has `is:archived`.
Over annotations, words are searched for in quote, note, tags and title; `tag`, `note`, `quote`, `colour`, `has`,
dates and the states of a passage are the annotation's own, all other fields are its article's.

"""

SCREENS = tuple(module.__name__.rpartition(".")[0] for module in (wiring, annotations_screen))
"""The packages of the two screens that run commands; importing them binds the commands."""


def command_files() -> str:
    """Return the table in Markdown that names the file of each command, for both screens."""
    modules = modules_of_commands()
    rows = []
    for command in COMMANDS:
        files = [
            " ".join(
                f"`{module.removeprefix('tui_reader.').replace('.', '/')}.py`"
                for module in modules[command.id]
                if module.startswith(f"{screen}.")
            )
            for screen in SCREENS
        ]
        rows.append(f"| `{command.id}` | {files[0]} | {files[1]} |")
    return "\n".join(["| command | reading screen | list of annotations |", "|---|---|---|", *rows]) + "\n"


def export_formats() -> str:
    """Return the table in Markdown that says what each format for exports keeps."""
    rows = [
        f"| `{each.id}` | {each.purpose} | `{each.suffix}` {'an article' if each.per_article else 'for all'} | "
        + " | ".join("●" if kept in each.keeps else "–" for kept in Kept)
        + " |"
        for each in EXPORTS
    ]
    head = f"| format | for | a file | {' | '.join(Kept)} |"
    return "\n".join([head, "|---" * (3 + len(Kept)) + "|", *rows]) + "\n"


def template_fields() -> str:
    """Return the table in Markdown of the fields of templates."""
    rows = [f"| `{{{{{name}}}}}` | {meaning} |" for name, meaning in ARTICLE_FIELDS.items()]
    rows += [f"| `{{{{{name}}}}}` in the loop | {meaning} |" for name, meaning in ANNOTATION_FIELDS.items()]
    return "\n".join(["| field | meaning |", "|---|---|", *rows]) + "\n"


def with_part(path: Path, name: str, part: str, text: str = "") -> str:
    """Return the text of a file with another text between its markers `<!-- name:start -->` and `<!-- name:end -->`.

    With `text`, that is changed instead of what the file holds.

    Raises:
        ValueError: The file lacks a marker.
    """
    start, end = f"<!-- {name}:start -->", f"<!-- {name}:end -->"
    text = text or path.read_text(encoding="utf-8")
    before, found, rest = text.partition(start)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"{path} has no {start} … {end}")
    return f"{before}{start}\n{part}{end}{after}"


COMPLETIONS = {
    "bash": "bash-completion/completions/tui-reader",
    "zsh": "zsh/site-functions/_tui-reader",
    "fish": "fish/vendor_completions.d/tui-reader.fish",
}
"""Where each shell looks for a completion, below the folder that a wheel installs as `share`."""


def generated() -> dict[Path, str]:
    """Return the text that each file with a generated part should have."""
    keymap = Keymap()
    readme, architecture = ROOT / "README.md", ROOT / "docs" / "architecture.md"
    program, share = whole_program(), ROOT / "share"
    exports, formats = ROOT / "docs" / "export.md", ROOT / "docs" / "formats.md"
    return {
        share / "man" / "man1" / "tui-reader.1": manual(program),
        **{share / COMPLETIONS[shell]: script(shell, program) for shell in SHELLS},
        ROOT / "docs" / "keys.md": KEYS_HEAD + markdown_table(keymap) + "\n" + bar_sheet() + "\n" + line_sheet(),
        ROOT / "docs" / "queries.md": QUERIES_HEAD + guide.markdown(),
        readme: with_part(
            readme,
            "formats",
            brief_format_table(),
            with_part(readme, "keys", markdown_table(keymap, brief=True)),
        ),
        formats: with_part(formats, "formats", format_table()),
        exports: with_part(exports, "fields", template_fields(), with_part(exports, "formats", export_formats())),
        architecture: with_part(architecture, "commands", command_files()),
    }


def main() -> int:
    """Write the generated parts, or with --check compare them; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a part is out of date")
    check = parser.parse_args().check
    stale = [path for path, text in generated().items() if not path.exists() or path.read_text("utf-8") != text]
    for path in stale:
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(generated()[path], encoding="utf-8")
        sys.stdout.write(f"{path.relative_to(ROOT)} {'is stale: run make docs' if check else 'written'}\n")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
