"""The verbs that read and write annotations without a screen: `notes` and `verify`.

All changes go through the store, so an open reader shows them within a second, and none is lost.
"""

from __future__ import annotations

import argparse
import functools
from typing import TYPE_CHECKING

from tui_reader import config, paths
from tui_reader.cli.common import (
    ArgumentParser,
    add_library_options,
    add_settings_options,
    check_query,
    library_paths_of,
    path_argument,
    print_json,
    print_line,
    print_notice,
    print_slips,
    queries_last,
    read_argument,
    refuse_everything,
    settings_of,
    with_count,
)
from tui_reader.errors import ReaderError, StoreError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tui_reader.services.headless.annotations_api import AnnotationsApi, Note
    from tui_reader.services.headless.session import Articles
    from tui_reader.services.headless.verification import Checked

_ID_HELP = "its id, or the beginning of it that the list shows"
_COLOUR_HELP = "1 to 5 or its name in the settings"
_EVERYWHERE = "your default library, and all that you annotated elsewhere"

_NOTES_EPILOG = """\
PATH is a folder or a file with articles, as for the reader itself. A folder with a library.json of its own is named by
--library, or its annotations are not seen. Colours are numbered 1 to 5, or go by their names. An id may be shortened as
long as no other id begins like it; the list shows how far.

exit status: 0 done, also where the list is empty; 1 no such annotation, quote or article; 2 the command line is wrong;
3 the state cannot be used, or is damaged, so that only a part of it is listed
"""


def notes(arguments: Sequence[str]) -> int:
    """Run `notes`: list, show, add, edit, move or delete annotations."""
    parser, queried = _notes_parser()
    verb = next(iter(arguments), "")
    if verb in queried:
        arguments = [verb, *queries_last(arguments[1:], queried[verb])]
    options = parser.parse_args(arguments)
    run: Callable[[argparse.Namespace, AnnotationsApi], int] = options.run

    # Imported after parsing: the services load formats and the store (0.1 s), so errors in arguments appear sooner.
    from tui_reader.services.headless.annotations_api import AnnotationsApi  # noqa: PLC0415
    from tui_reader.services.headless.session import library_of  # noqa: PLC0415

    settings = settings_of(options)
    options.colour = _colour(getattr(options, "colour", None), settings)
    given_paths, must_exist = _library_paths(options), not options.makes
    with library_of(given_paths, options.state, settings, notify=print_notice, must_exist=must_exist) as library:
        api = AnnotationsApi(library, settings)
        status = run(options, api)
        # Changes to a damaged state file are kept in a second file, but the data read may be incomplete.
        return StoreError.exit_code if options.reads and api.is_damaged else status


def verify(arguments: Sequence[str]) -> int:
    """Run `verify`: report which quotes of a draft are exact, altered or missing.

    Returns:
        The exit status: 0 if all quotes are exact, 1 if one is not, `StoreError.exit_code` if the state is damaged.
    """
    parser = ArgumentParser(
        prog=f"{paths.PROGRAM} verify",
        description="Say which quotes in a draft stand in the library exactly, which were altered, and which are not "
        "there. Quotes are block quotes of Markdown, and four words or more between quotation marks.",
        epilog="exit status: 0 all quotes are exact; 1 some are not, or something went wrong; 2 the command line is "
        "wrong; 3 the state cannot be used, or is damaged",
        allow_abbrev=False,
    )
    parser.add_argument("draft", type=path_argument, metavar="DRAFT", help="the draft, - for standard input")
    add_library_options(parser, _EVERYWHERE, positional=True)
    _add_common_options(parser)
    options = parser.parse_args(arguments)

    # Errors in arguments appear before this import, which takes 0.1 s.
    from tui_reader.services.headless.session import Articles, library_of  # noqa: PLC0415
    from tui_reader.services.headless.verification import Verdict, quotes_in  # noqa: PLC0415
    from tui_reader.services.headless.verification import verify as check  # noqa: PLC0415

    quotes = quotes_in(_read_draft(options.draft))
    settings = settings_of(options)
    given_paths = library_paths_of(options)
    with library_of(given_paths, options.state, settings, notify=print_notice, must_exist=True) as library:
        articles = Articles(library, settings, everywhere=not given_paths, excluded=options.draft)
        results = check(quotes, articles)
        searched = _describe_search(articles, given_paths or library.folders)
        is_damaged = bool(library.store.damage)
    if options.json:
        print_json([each.as_json() for each in results])
        print_notice(searched)
    else:
        for each in results:
            _print_verdict(each, options.draft)
        print_line(", ".join(f"{sum(each.verdict is kind for each in results)} {kind}" for kind in Verdict))
        print_line(searched)
    if not quotes:
        print_notice(
            f"{options.draft} holds no quotes: none in block quotes, none of four words or more in quotation marks."
        )
    if is_damaged:
        return StoreError.exit_code
    return 0 if all(each.verdict is Verdict.EXACT for each in results) else 1


def _print_verdict(checked: Checked, draft: Path) -> None:
    print_line(f"{checked.verdict:8} {draft}:{checked.quote.line}  “{_shorten(checked.quote.text)}”")
    if checked.headline is not None:
        print_line(f"         {checked.headline.title} ({checked.headline.article.location})")
    if checked.difference:
        print_line(f"         {' '.join(checked.difference.split())}")


def _describe_search(articles: Articles, searched_paths: Sequence[Path]) -> str:
    """Return a sentence about the searched articles: a “missing” quote may be in an article that is not among them."""
    where = ", ".join(map(str, searched_paths)) or "your default library, which is empty yet"
    sentence = f"Searched: {with_count(articles.here, 'article')} in {where}"
    if articles.elsewhere:
        sentence += f", and {articles.elsewhere:,} that you annotated elsewhere"
    sentence += f"; {articles.unreadable:,} could not be read" if articles.unreadable else ""
    passed_over = f" Passed over: {articles.passed_over}." if articles.passed_over else ""
    return f"{sentence}.{passed_over}"


@functools.cache
def _notes_parser() -> tuple[ArgumentParser, dict[str, argparse.ArgumentParser]]:
    """Return the parser of `notes`, and the parsers of its verbs that take a query."""
    parser = ArgumentParser(
        prog=f"{paths.PROGRAM} notes",
        description="List, show, add, edit, move and delete highlights and notes, also while the reader is open.",
        epilog=_NOTES_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    verbs = parser.add_subparsers(required=True, metavar="VERB")

    def verb(
        name: str,
        run: Callable[[argparse.Namespace, AnnotationsApi], int],
        about: str,
        *,
        reads: bool = False,
        makes: bool = False,
    ) -> argparse.ArgumentParser:
        made = verbs.add_parser(name, help=about, description=f"{about[0].upper()}{about[1:]}.", allow_abbrev=False)
        made.set_defaults(run=run, file=None, reads=reads, makes=makes)
        return made

    listing = verb("list", _list, "list annotations as they stand in the files of now", reads=True)
    listing.add_argument(
        "query", nargs="*", metavar="QUERY", help="what to list, as in the reader's list of annotations"
    )
    listing.add_argument("--tag", metavar="TAG", help="only those with this tag")
    listing.add_argument("--colour", metavar="COLOUR", help=f"only those of this colour, {_COLOUR_HELP}")
    listing.add_argument(
        "--orphans", action="store_true", help="only orphans, which have no certain place in their text"
    )
    showing = verb("show", _show, "show one annotation in full", reads=True)
    showing.add_argument("id", metavar="ID", help=_ID_HELP)
    adding = verb("add", _add, "highlight a quote in a file, or write a note on the whole article", makes=True)
    adding.add_argument("file", type=path_argument, metavar="FILE", help="the article's file")
    adding.add_argument("--quote", default="", metavar="WORDS", help="what to highlight, in whole words")
    adding.add_argument(
        "--occurrence", type=_positive_number, default=0, metavar="N", help="which one, where the words come again"
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
        "--note", metavar="TEXT", help="write this in place of the note; - for standard input, '' to remove the note"
    )
    editing.add_argument(
        "--tag",
        action="append",
        metavar="TAG",
        help="give this tag in place of all that it has; may be given again, '' removes all tags",
    )
    editing.add_argument("--colour", metavar="COLOUR", help=f"give it this colour, {_COLOUR_HELP}")
    deleting = verb("delete", _delete, "delete annotations, by their ids or all that match a query")
    deleting.add_argument("ids", nargs="+", metavar="ID|QUERY", help=f"{_ID_HELP}; or a query, such as tag:done")
    deleting.add_argument("--dry-run", action="store_true", help="only list what would be deleted")
    moving = verb("move", _move, "give the notes of an article, such as one that is gone, to another one")
    moving.add_argument("source", metavar="FROM", help="its file, the path where that was, or the id of the article")
    moving.add_argument("file", type=path_argument, metavar="TO", help="file of the article that takes the notes")
    add_library_options(moving, "the folder around TO that has a library.json, else TO alone")
    for each in (showing, editing):
        add_library_options(each, _EVERYWHERE, positional=True)
    add_library_options(listing, _EVERYWHERE)
    add_library_options(deleting, _EVERYWHERE, alias="--in")
    add_library_options(adding, "the folder around FILE that has a library.json, else FILE alone")
    for each in (listing, showing, adding, editing, deleting, moving):
        _add_common_options(each)
    return parser, {"list": listing, "delete": deleting}


def _positive_number(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is no number from 1 on")
    return int(text)


def _add_common_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_settings_options(parser)


def _list(options: argparse.Namespace, api: AnnotationsApi) -> int:
    from tui_reader.document.cleaning import clean_line  # noqa: PLC0415 - the services have loaded it already

    text = check_query(options.query)
    annotations = list(api.all(everywhere=not library_paths_of(options)))
    query = api.parse(text)
    print_slips(query)
    found = api.matching(annotations, query.term)
    tag = None if options.tag is None else clean_line(options.tag)
    matching = [
        note
        for note in found
        if (tag is None or tag in note.annotation.tags)
        and (options.colour is None or (note.annotation.quote and note.annotation.colour == options.colour))
        and (not options.orphans or note.annotation.is_orphan)
    ]
    if options.json:
        print_json([note.as_json() for note in matching])
        return 0
    _print_list(api, matching)
    if annotations and not matching:
        searched = f": {api.explain(query)}" if text.strip() else ""
        print_notice(f"No annotation matches ({len(annotations):,} in all){searched}.")
    elif not annotations:
        where = ", ".join(str(path.absolute()) for path in library_paths_of(options))
        problem = "No annotations can be read" if api.is_damaged else "There are no annotations"
        print_notice(f"{problem} {f'in {where}' if where else 'in your default library or elsewhere'}.")
    return 0


def _print_list(api: AnnotationsApi, listed: Sequence[Note]) -> None:
    """Print annotations, one a line, under the titles of their articles."""
    short_ids = api.short_ids()
    last_article = None
    for note in listed:
        article = (note.title, note.file or note.last_file)
        if article != last_article:
            last_article = article
            print_line(f"{note.title} ({_location(note)})")
        print_line(f"  {short_ids[note.annotation.id]}  {_describe(note)}")


def _show(options: argparse.Namespace, api: AnnotationsApi) -> int:
    _print_note(options, api.get(options.id))
    return 0


def _add(options: argparse.Namespace, api: AnnotationsApi) -> int:
    note = api.add(
        options.file,
        options.quote,
        note=_note_text(options.note) or "",
        tags=options.tag or (),
        colour=options.colour,
        occurrence=options.occurrence,
    )
    _print_note(options, note)
    return 0


def _edit(options: argparse.Namespace, api: AnnotationsApi) -> int:
    _print_note(options, api.edit(options.id, note=_note_text(options.note), tags=options.tag, colour=options.colour))
    return 0


def _delete(options: argparse.Namespace, api: AnnotationsApi) -> int:
    from tui_reader.search.effect import has_field  # noqa: PLC0415 - the services have loaded it already

    ids = options.ids
    query = api.parse(" ".join(ids))
    if has_field(query.term):  # words alone are ids
        refuse_everything(check_query(ids), "Say which annotations are meant, such as tag:done or is:orphan.")
        print_slips(query)
        found = api.matching(list(api.all(everywhere=not library_paths_of(options))), query.term)
        ids = [note.annotation.id for note in found]
        if not ids:
            print_notice(f"No annotation matches: {api.explain(query)}.")
            return 1
    elif options.dry_run:
        found = [api.get(each) for each in ids]
    if options.dry_run:
        _print_list(api, found)
        print_notice(f"{with_count(len(found), 'annotation')} would be deleted.")
        return 0
    ids, message = api.delete(ids)
    if options.json:
        print_json(ids)
    else:
        print_line(message)
    return 0


def _move(options: argparse.Namespace, api: AnnotationsApi) -> int:
    message = api.move(options.source, options.file)
    if options.json:
        print_json([note.as_json() for note in api.of(api.article_of(options.file))])
    else:
        print_line(message)
    return 0


def _print_note(options: argparse.Namespace, note: Note) -> None:
    if options.json:
        print_json(note.as_json())
        return
    annotation = note.annotation
    print_line(annotation.id)
    for name, value in (
        ("article", note.title),
        ("file", _location(note)),
        ("state", annotation.state_text),
        ("colour", f"{annotation.colour} ({note.colour_name})" if annotation.quote else ""),
        ("tags", ", ".join(annotation.tags)),
        ("made", annotation.created),
        ("quote", annotation.quote),
        ("marked", f"“{annotation.first_quote}”, and attached to the quote since" if annotation.first_quote else ""),
        ("note", annotation.note),
    ):
        if value:
            _print_field(name, value)


def _location(note: Note) -> str:
    """Return where the article of a note is: its path; for a missing file, `gone:` and its last known path."""
    if note.file:
        return f"not in the library: {note.file}" if note.left_out else note.file
    return f"gone: {note.last_file}" if note.last_file else "file not found"


def _describe(note: Note) -> str:
    annotation = note.annotation
    parts = [f"[{annotation.colour}] “{_shorten(annotation.quote)}”" if annotation.quote else "[–] on the article"]
    if annotation.placed is not None and annotation.state != "anchored":
        parts.append(f"({annotation.state_text})")
    if annotation.note:
        parts.append(_shorten(annotation.note))
    parts += [f"#{tag}" for tag in annotation.tags]
    return "  ".join(parts)


def _library_paths(options: argparse.Namespace) -> list[Path]:
    """Return the paths that the options name, or the library folder that contains `options.file`, or that file alone.

    Raises:
        UsageError: `options.file` is not a file.
    """
    if options.file is None or options.library:
        return library_paths_of(options)
    file: Path = paths.expand_user(options.file)
    from tui_reader.services.headless.absent_files import require_file  # noqa: PLC0415 - as in `notes`
    from tui_reader.services.library.library_paths import STATE_FILE, is_library  # noqa: PLC0415 - as in `notes`

    require_file(file)
    home = next((folder for folder in file.absolute().parents if is_library(folder / STATE_FILE)), None)
    return [home] if home is not None and options.state is None else [file]


def _colour(given: str | None, settings: config.Settings) -> int | None:
    """Return the number of the colour that an option gives by number or name; None without the option.

    Raises:
        UsageError: The colour does not exist.
    """
    if given is None:
        return None
    names = [name.casefold() for name in settings.colours]
    if given.casefold() in names:
        return names.index(given.casefold()) + 1
    if given.isdecimal() and 1 <= int(given) <= len(names):
        return int(given)
    raise UsageError(f"There is no colour “{given}”.", f"Colours are 1 to 5, or {', '.join(settings.colours)}.")


def _note_text(given: str | None) -> str | None:
    return _decode(read_argument("-"), "Standard input") if given == "-" else given


def _read_draft(draft: Path) -> str:
    """Read the text of a draft.

    Raises:
        UsageError: The draft cannot be read.
        ReaderError: The draft is not text in UTF-8.
    """
    return _decode(read_argument(draft), str(draft))


def _decode(data: bytes, source: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ReaderError(f"{source} is not text in UTF-8.", "Save it as UTF-8.") from None


def _shorten(text: str, max_length: int = 60) -> str:
    line = " ".join(text.split())
    return line if len(line) <= max_length else line[: max_length - 1].rstrip() + "…"


def _print_field(name: str, value: str) -> None:
    """Print one field of an annotation: its name and its value.

    The rows of the value after the first are indented, so that no row looks like another field.
    """
    first, *more = value.expandtabs(4).split("\n")
    for row in (f"{name + ':':8} {first}", *(f"{'':8} {each}".rstrip() for each in more)):
        print_line(row)
