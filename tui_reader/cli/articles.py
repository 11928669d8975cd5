"""The verbs that list and change articles by a query: `list`, `tag`, `star`, `archive`, `read`."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING, Any

from tui_reader import config, paths
from tui_reader.cli.common import (
    ArgumentParser,
    add_library_options,
    add_settings_options,
    check_query,
    escape_for_terminal,
    print_filled,
    print_json,
    print_line,
    print_notice,
    print_slips,
    queries_last,
    refuse_everything,
    settings_of,
    with_count,
)
from tui_reader.errors import StoreError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tui_reader.model.article import Headline
    from tui_reader.services.articles.reading import Outcome, Reading
    from tui_reader.services.library.library import Library

_DEFAULT = "your default library"
_EPILOG = """\
QUERY is what / takes in the reader, such as 'tag:nato is:unread words>2000' ({program} list --help names the fields);
docs/queries.md explains it. A changed library is seen by a reader that is open, and u undoes the change there.

exit status: 0 done, also where nothing matches; 1 something went wrong; 2 the command line is wrong; 3 the state cannot
be used, or is damaged
"""
_FIELDS = ("id", "title", "path", "source", "byline", "date", "url", "language", "tags", "words", "minutes", "progress")
_placeholder = re.compile(r"\{(\w*)\}|\\(.)").sub
_LETTERS = {"n": "\n", "t": "\t", "\\": "\\", "{": "{", "}": "}"}
_edit = re.compile(r"\+.+|-[^-:][^:]*", re.DOTALL).fullmatch
"""Matches a tag to add or to remove; a word with a colon, such as `-is:read`, belongs to the query."""


def list_articles(arguments: Sequence[str]) -> int:
    """Run `list`: print the articles that match a query."""
    parser = _parser("list", "List the articles that match a query, newest first.", _fields_help())
    parser.add_argument("query", nargs="*", metavar="QUERY", help="what to list; without it, all articles")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON")
    form.add_argument("--ids", action="store_true", help="print the ids only, one a line")
    form.add_argument("--paths", action="store_true", help="print the paths of the files only, one a line")
    form.add_argument(
        "--format",
        metavar="TEXT",
        help=r"print TEXT for each article, with {title} and the like filled in, \n and \t; fields: "
        + ", ".join(_FIELDS),
    )
    options = parser.parse_args(queries_last(arguments, parser))
    form_of = _form(options)
    with _opened(options) as (library, headlines):
        if options.json:
            from tui_reader.services.headless.queries import as_json  # noqa: PLC0415 - loaded already

            print_json([as_json(each, _path(library, each), library.annotations.of(each.id)) for each in headlines])
        else:
            for each in headlines:
                print_filled(form_of(library, each))
        return StoreError.exit_code if library.store.damage else 0


def _fields_help() -> str:
    from tui_reader.search.fields import FIELDS  # noqa: PLC0415 - only this help lists them

    rows = [f"  {spec.example:22} {spec.finds}" for spec in FIELDS.values()]
    return "\n".join(["fields of a query:", *rows, "", _EPILOG.format(program=paths.PROGRAM)])


def tag(arguments: Sequence[str]) -> int:
    """Run `tag`: add tags to the articles that match a query, and remove tags from them."""
    edits = [each for each in arguments[1:] if _edit(each)]
    others = [*arguments[:1], *(each for each in arguments[1:] if not _edit(each))]
    parser = _changing_parser("tag", "Add tags to all articles that match a query, or take tags away.")
    parser.usage = f"{paths.PROGRAM} tag QUERY +TAG -TAG ... [options]"
    options = parser.parse_args(queries_last(others, parser))
    if not edits:
        raise UsageError("No tag is given.", f"Such as: {paths.PROGRAM} tag is:unread +later -new")
    add = [each[1:] for each in edits if each[0] == "+"]
    remove = [each[1:] for each in edits if each[0] == "-"]
    return _change(options, lambda reading, ids: reading.edit_tags(ids, add, remove))


def star(arguments: Sequence[str]) -> int:
    """Run `star`: star the articles that match a query; with `--off`, remove their stars."""
    parser = _changing_parser("star", "Star all articles that match a query.")
    parser.add_argument("--off", action="store_true", help="take the stars off")
    options = parser.parse_args(queries_last(arguments, parser))
    return _change(options, lambda reading, ids: reading.set_starred(ids, starred=not options.off))


def archive(arguments: Sequence[str]) -> int:
    """Run `archive`: archive the articles that match a query; with `--off`, move them back to the inbox."""
    parser = _changing_parser("archive", "Put all articles that match a query into the archive.")
    parser.add_argument("--off", action="store_true", help="move them back to the inbox")
    options = parser.parse_args(queries_last(arguments, parser))
    return _change(options, lambda reading, ids: reading.set_archived(ids, archived=not options.off))


def read(arguments: Sequence[str]) -> int:
    """Run `read`: mark the articles that match a query as read; with `--off`, as unread."""
    parser = _changing_parser("read", "Mark all articles that match a query as read.")
    parser.add_argument("--off", action="store_true", help="mark them as unread")
    options = parser.parse_args(queries_last(arguments, parser))
    return _change(options, lambda reading, ids: reading.set_read(ids, read=not options.off))


def rules(arguments: Sequence[str]) -> int:
    """Run `rules`: apply the filing rules of the settings; with `--dry-run`, only print the changes."""
    parser = _parser(
        "rules", "Apply the filing rules of the settings to the articles on which they have not acted yet."
    )
    parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
    options = parser.parse_args(arguments)
    settings = settings_of(options)
    if not settings.rules:
        _check_library(options)
        where = options.config or paths.config_file()
        print_notice(f"There are no filing rules in {where}; “{paths.PROGRAM} config” shows how to write one.")
        return 0
    from tui_reader.search.values import local_today  # noqa: PLC0415 - refused arguments must not wait
    from tui_reader.services.headless.session import library_of  # noqa: PLC0415

    must_exist = options.dry_run
    with library_of(options.library, options.state, settings, notify=print_notice, must_exist=must_exist) as library:
        for problem in library.filing.problems(settings.rules, settings.colours):
            print_notice(problem)
        library.annotation_texts.prepare()
        filed = library.filing.pending(settings.rules, None, today=local_today(), colours=settings.colours)
        if options.dry_run:
            for rule, headlines in filed:
                print_line(f"{rule.query} → {', '.join(_actions(rule))}: {with_count(len(headlines), 'article')}")
                for each in headlines:
                    print_line(_plain(library, each))
            if not filed:
                print_notice("Nothing is to be filed.")
            return 0
        if library.read_only:
            raise StoreError(library.read_only)
        outcome = library.filing.apply(filed)
        print_line(f"{outcome.message[0].upper()}{outcome.message[1:]}." if outcome.message else "Nothing to file.")
        return 0


def _check_library(options: argparse.Namespace) -> None:
    """Refuse paths that the options name wrongly, where the library itself is not opened.

    Raises:
        UsageError: A path does not exist.
        StoreError: The state file cannot be used.
    """
    from tui_reader.services.library.library_paths import find_library_paths  # noqa: PLC0415 - as in `rules`

    data_dir, cache_dir = paths.data_dir(), paths.cache_dir()
    find_library_paths(options.library, options.state, data_dir, cache_dir, must_exist=options.dry_run)


def _actions(rule: config.Rule) -> list[str]:
    """Return the actions of a filing rule in words to print, such as `+politics` for a tag, `star`, `up next`."""
    switches = {"star": rule.star, "archive": rule.archive, "read": rule.read, "up next": rule.up_next}
    return [*(f"+{tag}" for tag in rule.tag), *(name for name, is_on in switches.items() if is_on)]


def _parser(verb: str, about: str, epilog: str = "") -> ArgumentParser:
    parser = ArgumentParser(
        prog=f"{paths.PROGRAM} {verb}",
        description=about,
        epilog=epilog or _EPILOG.format(program=paths.PROGRAM),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add_library_options(parser, _DEFAULT)
    add_settings_options(parser)
    return parser


def _changing_parser(verb: str, about: str) -> ArgumentParser:
    parser = _parser(verb, about)
    parser.add_argument("query", nargs="+", metavar="QUERY", help="the articles to change")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be changed")
    return parser


class _opened:  # noqa: N801 - used as a function
    """Context manager: open the library that the options name; yield it, and the articles that match their query."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options

    def __enter__(self) -> tuple[Library, list[Headline]]:
        text = check_query(self._options.query)
        from tui_reader.services.headless.queries import Queries  # noqa: PLC0415 - refused arguments must not wait
        from tui_reader.services.headless.session import library_of  # noqa: PLC0415

        settings = settings_of(self._options)
        # What changes articles may begin a new state file.
        must_exist = getattr(self._options, "dry_run", True)
        self._context = library_of(
            self._options.library, self._options.state, settings, notify=print_notice, must_exist=must_exist
        )
        library = self._context.__enter__()
        queries = Queries(library, settings)
        parsed = queries.parse(text)
        print_slips(parsed)
        found = queries.articles(parsed.term)
        if not len(library.catalogue):
            passed_over = f" Passed over: {library.passed_over}." if library.passed_over else ""
            print_notice(f"There are no articles in this library.{passed_over}")
        elif not found:
            print_notice(f"No article matches ({len(library.catalogue):,} in all): {queries.explain(parsed)}.")
        return library, found

    def __exit__(self, *error: Any) -> None:
        self._context.__exit__(*error)


def _change(options: argparse.Namespace, change: Callable[[Reading, Sequence[str]], Outcome]) -> int:
    """Change the articles that match the query; with `--dry-run`, only print what would be changed."""
    refuse_everything(" ".join(options.query), "Say which articles are meant, such as is:unread or words>=0 for all.")
    with _opened(options) as (library, headlines):
        if options.dry_run:
            for each in headlines:
                print_line(_plain(library, each))
            print_notice(f"{with_count(len(headlines), 'article')} would be changed.")
            return 0
        if library.read_only:
            raise StoreError(library.read_only)
        outcome = change(library.reading, [each.id for each in headlines])
        if headlines:
            print_line(
                f"{outcome.message[0].upper()}{outcome.message[1:]}." if outcome.message else "Nothing to change."
            )
        return 0


def _form(options: argparse.Namespace) -> Callable[[Library, Headline], str]:
    """Return the function that formats an article as the options ask: template, JSON or plain line.

    Raises:
        UsageError: `--format` names a field that does not exist.
    """
    if options.ids:
        return lambda _, headline: escape_for_terminal(headline.id)
    if options.paths:
        return lambda library, headline: escape_for_terminal(_path(library, headline))
    if options.format is None:
        return _plain
    template: str = options.format
    unknown = [name for name in re.findall(r"\{(\w*)\}", template) if name not in _FIELDS]
    if unknown:
        raise UsageError(f"--format knows no field “{unknown[0]}”.", f"Fields: {', '.join(_FIELDS)}.")

    def fill(library: Library, headline: Headline) -> str:
        def value(found: re.Match[str]) -> str:
            if found[2]:
                return _LETTERS.get(found[2], found[0])
            return _field(library, headline, found[1])

        # The line ends by itself, as after a template without \n at its end.
        return _placeholder(value, template).removesuffix("\n")

    return fill


def _field(library: Library, headline: Headline, name: str) -> str:
    """Return a field that a template names, such as `title` or `path`, as one line of text; empty without a value."""
    match name:
        case "id":
            return escape_for_terminal(headline.id)
        case "path":
            return escape_for_terminal(_path(library, headline))
        case "tags":
            return ", ".join(headline.tags)
        case "words" | "minutes":
            return str(getattr(headline.article.metadata, name))
        case "progress":
            return f"{round(headline.state.progress * 100)}%"
    return headline.field(name)


def _path(library: Library, headline: Headline) -> str:
    path = library.path_of(headline.id)
    return str(path) if path is not None else ""


def _plain(_: Library, headline: Headline) -> str:
    """Return an article as one line: `●` if unread, `★` if starred, title, and in parentheses the known metadata."""
    state = headline.state
    marks = ("●" if not state.read else " ") + ("★" if state.starred else " ")
    file_date = headline.article.file_date
    about = [
        headline.field("source") or headline.field("byline"),
        headline.field("date")[:10] or (f"file {file_date}" if file_date else ""),
        headline.time_left,
    ]
    about += [f"#{tag}" for tag in headline.tags]
    return f"{marks} {headline.title}  ({' · '.join(filter(None, about))})"
