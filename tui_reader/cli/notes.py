"""The verbs of the command line that read and write annotations: `notes` and `verify`. No screen is loaded for them.

Everything goes through the store, so that a reader that is open meanwhile sees it within a second and loses nothing.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tui_reader import config, paths
from tui_reader.cli.common import ArgumentParser, add_library, counted, places_of, remark, tell, tell_json
from tui_reader.errors import ReaderError, StoreError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tui_reader.services.headless.annotations_api import AnnotationsApi, Note
    from tui_reader.services.headless.session import Articles
    from tui_reader.services.headless.verification import Checked

_ID_HELP = "its id, or the beginning of it that the list shows"
_COLOUR_HELP = "1 to 5 or its name in the settings"
_EVERYWHERE = "your default library, and all that you annotated elsewhere"

_NOTES_EPILOG = """\
PATH is a folder or a file with articles, as for the reader itself. A folder with a library.json of its own is named by
--library, or its annotations are not seen. Colours are numbered 1 to 5, or go by their names. An id may be shortened as
far as it is like no other one; the list shows how far.

exit status: 0 done, also where the list is empty; 1 no such annotation, quote or article; 2 the command line is wrong;
3 the state cannot be used, or is damaged, so that only a part of it is listed
"""


def notes(arguments: Sequence[str]) -> int:
    """List, show, add, edit or delete annotations."""
    options = _notes_parser().parse_args(arguments)
    act: Callable[[argparse.Namespace, AnnotationsApi], int] = options.act

    # The services load formats and the store (0.1 s): not before it is certain that they are wanted.
    from tui_reader.services.headless.annotations_api import AnnotationsApi  # noqa: PLC0415
    from tui_reader.services.headless.session import library_of  # noqa: PLC0415

    settings = _settings(options)
    options.colour = _colour(getattr(options, "colour", None), settings)
    with library_of(_places(options), options.state, settings, tell=remark) as library:
        held = AnnotationsApi(library, settings)
        status = act(options, held)
        # What is written to a damaged state is kept beside it, but what is read may be a part.
        return StoreError.exit_code if options.reads and held.is_damaged else status


def verify(arguments: Sequence[str]) -> int:
    """Say which quotes of a draft are exact."""
    parser = ArgumentParser(
        prog=f"{paths.PROGRAM} verify",
        description="Say which quotes in a draft stand in the library exactly, which were altered, and which are not "
        "there. Quotes are block quotes of Markdown, and four words or more between quotation marks.",
        epilog="exit status: 0 all quotes are exact; 1 some are not, or something went wrong; 2 the command line is "
        "wrong; 3 the state cannot be used, or is damaged",
        allow_abbrev=False,
    )
    parser.add_argument("draft", type=Path, metavar="DRAFT", help="the draft, - for standard input")
    add_library(parser, _EVERYWHERE, positional=True)
    _common(parser)
    options = parser.parse_args(arguments)

    from tui_reader.services.headless.session import Articles, library_of  # noqa: PLC0415
    from tui_reader.services.headless.verification import Verdict, quotes_in  # noqa: PLC0415
    from tui_reader.services.headless.verification import verify as check  # noqa: PLC0415

    quotes = quotes_in(_text_of(options.draft))
    settings = _settings(options)
    places = places_of(options)
    with library_of(places, options.state, settings, tell=remark) as library:
        articles = Articles(library, settings, everywhere=not places, besides=options.draft)
        results = check(quotes, articles)
        searched = _searched(articles, places or library.folders)
        is_damaged = bool(library.store.damage)
    if options.json:
        tell_json([each.as_json() for each in results])
        remark(searched)
    else:
        for each in results:
            _tell_verdict(each, options.draft)
        tell(", ".join(f"{sum(each.verdict is kind for each in results)} {kind}" for kind in Verdict))
        tell(searched)
    if not quotes:
        remark(f"{options.draft} holds no quotes: none in block quotes, none of four words or more in quotation marks.")
    if is_damaged:
        return StoreError.exit_code
    return 0 if all(each.verdict is Verdict.EXACT for each in results) else 1


def _tell_verdict(checked: Checked, draft: Path) -> None:
    tell(f"{checked.verdict:8} {draft}:{checked.quote.line}  “{_short(checked.quote.text)}”")
    if checked.headline is not None:
        tell(f"         {checked.headline.title} ({checked.headline.article.location})")
    if checked.difference:
        tell(f"         {' '.join(checked.difference.split())}")


def _searched(articles: Articles, places: Sequence[Path]) -> str:
    """What was looked through: “missing” means no more than that."""
    where = ", ".join(map(str, places)) or "your default library, which is empty yet"
    told = f"Searched: {counted(articles.here, 'article')} in {where}"
    if articles.elsewhere:
        told += f", and {articles.elsewhere:,} that you annotated elsewhere"
    if articles.unread:
        told += f"; {articles.unread:,} could not be read"
    return f"{told}."


def _notes_parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog=f"{paths.PROGRAM} notes",
        description="List, show, add, edit, move and delete highlights and notes, also while the reader is open.",
        epilog=_NOTES_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    verbs = parser.add_subparsers(required=True, metavar="VERB")

    def verb(
        name: str, act: Callable[[argparse.Namespace, AnnotationsApi], int], about: str, *, reads: bool = False
    ) -> argparse.ArgumentParser:
        made = verbs.add_parser(name, help=about, description=f"{about[0].upper()}{about[1:]}.", allow_abbrev=False)
        made.set_defaults(act=act, file=None, reads=reads)
        return made

    listing = verb("list", _list, "list annotations as they stand in the files of now", reads=True)
    listing.add_argument("--tag", metavar="TAG", help="only those with this tag")
    listing.add_argument("--colour", metavar="COLOUR", help=f"only those of this colour, {_COLOUR_HELP}")
    listing.add_argument("--orphans", action="store_true", help="only those whose passage is not certain")
    showing = verb("show", _show, "show one annotation in full", reads=True)
    showing.add_argument("id", metavar="ID", help=_ID_HELP)
    adding = verb("add", _add, "highlight a quote in a file, or write a note on the whole article")
    adding.add_argument("file", type=Path, metavar="FILE", help="the article's file")
    adding.add_argument("--quote", default="", metavar="WORDS", help="what to highlight, in whole words")
    adding.add_argument(
        "--occurrence", type=_number, default=0, metavar="N", help="which one, where the words come again"
    )
    adding.add_argument(
        "--note",
        metavar="TEXT",
        help="what to write, in Markdown; words like .check at its start become tags; - for standard input",
    )
    adding.add_argument("--tag", action="append", metavar="TAG", help="a tag to give; may be given again")
    adding.add_argument("--colour", metavar="COLOUR", help=f"{_COLOUR_HELP}; the last one used if none")
    editing = verb("edit", _edit, "change an annotation; what is not named stays as it is")
    editing.add_argument("id", metavar="ID", help=_ID_HELP)
    editing.add_argument(
        "--note", metavar="TEXT", help="write this in place of the note; - for standard input, '' to take the note off"
    )
    editing.add_argument(
        "--tag",
        action="append",
        metavar="TAG",
        help="give this tag in place of all that it has; may be given again, '' takes all tags off",
    )
    editing.add_argument("--colour", metavar="COLOUR", help=f"give it this colour, {_COLOUR_HELP}")
    deleting = verb("delete", _delete, "delete annotations")
    deleting.add_argument("ids", nargs="+", metavar="ID", help=_ID_HELP)
    moving = verb("move", _move, "give the notes of an article, such as one that is gone, to another one")
    moving.add_argument("source", metavar="FROM", help="its file, the path where that was, or the id of the article")
    moving.add_argument("file", type=Path, metavar="TO", help="file of the article that takes the notes")
    add_library(moving, "the folder around TO that has a library.json, else TO alone")
    for each in (listing, showing, editing):
        add_library(each, _EVERYWHERE, positional=True)
    add_library(deleting, _EVERYWHERE, old="--in")
    add_library(adding, "the folder around FILE that has a library.json, else FILE alone")
    for each in (listing, showing, adding, editing, deleting, moving):
        _common(each)
    return parser


def _number(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is no number from 1 on")
    return int(text)


def _common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--config", type=Path, metavar="FILE", help="take the settings from FILE")


def _list(options: argparse.Namespace, held: AnnotationsApi) -> int:
    from tui_reader.document.clean import clean_line  # noqa: PLC0415 - loaded with the services by then

    known = list(held.all(everywhere=not places_of(options)))
    tag = None if options.tag is None else clean_line(options.tag)
    wanted = [
        note
        for note in known
        if (tag is None or tag in note.annotation.tags)
        and (options.colour is None or (note.annotation.quote and note.annotation.colour == options.colour))
        and (not options.orphans or note.annotation.state in {"orphan", "ambiguous"})
    ]
    if options.json:
        tell_json([note.as_json() for note in wanted])
        return 0
    short = held.short_ids()
    title = None
    for note in wanted:
        if title != (note.title, note.file or note.was):
            title = (note.title, note.file or note.was)
            tell(f"{note.title} ({_file(note)})")
        tell(f"  {short[note.annotation.id]}  {_line(note)}")
    if known and not wanted:
        remark(f"None of {counted(len(known), 'annotation')} is like that.")
    elif not known:
        where = ", ".join(map(str, places_of(options)))
        told = "No annotations can be read" if held.is_damaged else "There are no annotations"
        remark(f"{told} {f'in {where}' if where else 'in your default library or elsewhere'}.")
    return 0


def _show(options: argparse.Namespace, held: AnnotationsApi) -> int:
    _tell(options, held.get(options.id))
    return 0


def _add(options: argparse.Namespace, held: AnnotationsApi) -> int:
    note = held.add(
        options.file,
        options.quote,
        note=_note_text(options.note) or "",
        tags=options.tag or (),
        colour=options.colour,
        occurrence=options.occurrence,
    )
    _tell(options, note)
    return 0


def _edit(options: argparse.Namespace, held: AnnotationsApi) -> int:
    _tell(options, held.edit(options.id, note=_note_text(options.note), tags=options.tag, colour=options.colour))
    return 0


def _delete(options: argparse.Namespace, held: AnnotationsApi) -> int:
    ids, told = held.delete(options.ids)
    if options.json:
        tell_json(ids)
    else:
        tell(told)
    return 0


def _move(options: argparse.Namespace, held: AnnotationsApi) -> int:
    told = held.move(options.source, options.file)
    if options.json:
        tell_json([note.as_json() for note in held.of(held.article_of(options.file))])
    else:
        tell(told)
    return 0


def _tell(options: argparse.Namespace, note: Note) -> None:
    if options.json:
        tell_json(note.as_json())
        return
    annotation = note.annotation
    tell(annotation.id)
    for name, value in (
        ("article", note.title),
        ("file", _file(note)),
        ("state", str(annotation.state)),
        ("colour", f"{annotation.colour} ({note.colour_name})" if annotation.quote else ""),
        ("tags", ", ".join(annotation.tags)),
        ("made", annotation.created),
        ("quote", annotation.quote),
        ("marked", f"“{annotation.first_quote}”, and attached to the quote since" if annotation.first_quote else ""),
        ("note", annotation.note),
    ):
        if value:
            _tell_value(name, value)


def _file(note: Note) -> str:
    """Where the article's file is, as a person is told."""
    if note.file:
        return f"not in the library: {note.file}" if note.left_out else note.file
    return f"gone: {note.was}" if note.was else "file not found"


def _line(note: Note) -> str:
    annotation = note.annotation
    parts = [f"[{annotation.colour}] “{_short(annotation.quote)}”" if annotation.quote else "[–] on the article"]
    if annotation.placed is not None and annotation.state != "anchored":
        parts.append(f"({annotation.state})")
    if annotation.note:
        parts.append(_short(annotation.note))
    parts += [f"#{tag}" for tag in annotation.tags]
    return "  ".join(parts)


def _places(options: argparse.Namespace) -> list[Path]:
    """The library that is meant: the paths given, or the one that carries its own state and holds the file."""
    if options.file is None or options.library:
        return places_of(options)
    file: Path = options.file.expanduser()
    if not file.is_file():
        raise UsageError(f"{file} is no file.", "Name the file of an article.")
    from tui_reader.services.library.library_paths import STATE_FILE, is_library  # noqa: PLC0415

    home = next((folder for folder in file.absolute().parents if is_library(folder / STATE_FILE)), None)
    return [home] if home is not None and options.state is None else [file]


def _settings(options: argparse.Namespace) -> config.Settings:
    """The settings in force; what is wrong in them is the reader's to say."""
    file: Path = options.config or paths.config_file()
    return config.load(file)[0] if options.config or file.exists() else config.Settings()


def _colour(given: str | None, settings: config.Settings) -> int | None:
    """The number of a colour that is given by it or by its name."""
    if given is None:
        return None
    names = [name.casefold() for name in settings.colours]
    if given.casefold() in names:
        return names.index(given.casefold()) + 1
    if given.isdecimal() and 1 <= int(given) <= len(names):
        return int(given)
    raise UsageError(f"There is no colour “{given}”.", f"Colours are 1 to 5, or {', '.join(settings.colours)}.")


def _note_text(given: str | None) -> str | None:
    return _decoded(_standard_input(), "Standard input") if given == "-" else given


def _text_of(draft: Path) -> str:
    """What a draft says.

    Raises:
        UsageError: It cannot be read.
        ReaderError: It is not text in UTF-8.
    """
    try:
        return _decoded(_standard_input() if draft == Path("-") else draft.read_bytes(), str(draft))
    except OSError as error:
        raise UsageError(f"{draft} cannot be read: {error.strerror}.") from None


def _standard_input() -> bytes:
    if sys.stdin is None:
        raise UsageError("Standard input is closed.", "Pipe something into it.")
    return sys.stdin.buffer.read()


def _decoded(data: bytes, what: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ReaderError(f"{what} is not text in UTF-8.", "Save it as UTF-8.") from None


def _short(text: str, most: int = 60) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def _tell_value(name: str, value: str) -> None:
    """Print a value behind its name; its further rows are set in, so that none looks like another name."""
    first, *more = value.expandtabs(4).split("\n")
    for row in (f"{name + ':':8} {first}", *(f"{'':8} {each}".rstrip() for each in more)):
        tell(row)
