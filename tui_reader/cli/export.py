"""The verb `export`: highlights and notes in the formats of other programs, to standard output, a file or a folder."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from contextlib import closing, contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from tui_reader import paths
from tui_reader.cli.common import (
    ArgumentParser,
    add_library_options,
    add_settings_options,
    check_query,
    flush_stdout,
    library_paths_of,
    path_argument,
    print_export,
    print_line,
    print_lines,
    print_notice,
    print_slips,
    queries_last,
    read_argument,
    settings_of,
    text_argument,
    with_count,
)
from tui_reader.errors import ReaderError, StoreError, UsageError
from tui_reader.exchange.registry import EXPORTS, Format

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tui_reader.exchange.clip import Clip
    from tui_reader.services.headless.clips import Clips
    from tui_reader.services.headless.export_files import ExportFiles, Outcome
    from tui_reader.services.headless.export_watch import Target
    from tui_reader.services.library.library import Library

_SWITCH_SECONDS = 0.0002
"""Longest time in seconds for which a thread runs while another one waits; Python's default is 0.005."""
_LARGE_STATE = 250_000
"""Size of a state file in bytes from which processes are started before it is known whether they are needed."""
_EPILOG = """\
QUERY chooses annotations, as in the reader's list of annotations and in “{program} notes list”; with --articles it
chooses articles, as in “{program} list”. PATH is a file, or a folder, which gets a file an article where the format has
such. A file is overwritten only as far as no person wrote into it; docs/export.md explains it.

{formats}

exit status: 0 done, also where nothing matches; 1 something could not be written; 2 the command line is wrong; 3 the
state cannot be used, or is damaged, so that only a part of it is exported
"""


def export(arguments: Sequence[str]) -> int:
    """Run `export`: write highlights and notes in the format that the options name."""
    parser = _parser()
    options = parser.parse_args(queries_last(arguments, parser))
    form = _format(options.to)
    template = _template(options.template, form)
    if options.show_template:
        if not form.has_blocks:
            raise UsageError(f"{form.id} has no template.", f"Those that have one: {_with_templates()}.")
        print_lines(form.load().FORM.template)
        return 0
    to_folder = _is_folder(options.output, form)
    if options.watch and options.output == "-":
        raise UsageError("--watch needs a file or a folder.", "Name it by -o PATH.")
    if options.watch and options.dry_run:
        raise UsageError("--watch and --dry-run exclude each other.")
    if options.prune and not to_folder:
        raise UsageError("--prune needs a folder.", "Name it by -o FOLDER/.")
    if options.annotations is not None and options.articles:
        raise UsageError("--annotations and --articles exclude each other.")
    if options.annotations == options.ids == "-":
        raise UsageError("--annotations and --ids cannot both read standard input.")
    text = check_query(options.query)

    # Imported after the arguments are checked: the import takes 0.1 s, and errors appear sooner.
    from tui_reader.services.articles.parsing_ahead import ParsingProcesses  # noqa: PLC0415
    from tui_reader.services.headless.clips import Clips  # noqa: PLC0415
    from tui_reader.services.headless.session import library_of  # noqa: PLC0415

    settings = settings_of(options)
    processes = ParsingProcesses()

    def opened(library: Library) -> None:
        """Begin what takes long for many annotations, at once with the scan of the folders."""
        if _is_large(library) and not options.articles and options.ids is None and options.annotations is None:
            library.annotations.index.reads_counted = True
            processes.start()

    with (
        _quick_export(),
        closing(processes),
        library_of(
            library_paths_of(options),
            options.state,
            settings,
            notify=print_notice,
            watch=options.watch,
            opened=opened,
            must_exist=True,
        ) as library,
    ):
        is_everywhere = options.ids is not None or not library_paths_of(options)
        clips = Clips(library, settings, processes, everywhere=is_everywhere)
        target = _target(options, form, template, clips, text, to_folder=to_folder)
        if options.output == "-":
            found = list(target.prepared(target.chosen(clips)))
            print_export(_whole(form, found, template))
            if not found:
                print_notice("Nothing matches.")
            status = 0
        else:
            status = _watch(library, clips, target) if options.watch else _write(options, target, clips, library)
        return StoreError.exit_code if library.store.damage else status


def _is_large(library: Library) -> bool:
    """Return True if the state file has so many annotations that their texts are probably parsed by processes."""
    try:
        return library.paths.state.stat().st_size >= _LARGE_STATE
    except OSError:
        return False


@contextmanager
def _quick_export() -> Iterator[None]:
    """Context manager: the garbage collector runs rarely, and the interpreter switches threads often.

    An export creates no reference cycles, and searching for them would take a tenth of the time. Threads that pass
    texts to processes get the interpreter within a millisecond each time, so that the processes are seldom idle.
    """
    from tui_reader.services.library.worker import COLLECTED_FROM  # noqa: PLC0415 - see `export`

    usual, usual_interval = gc.get_threshold(), sys.getswitchinterval()
    gc.set_threshold(COLLECTED_FROM)
    sys.setswitchinterval(_SWITCH_SECONDS)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        sys.setswitchinterval(usual_interval)


def _parser() -> ArgumentParser:
    formats = "\n".join(f"  {each.id:12} {each.purpose}" for each in EXPORTS)
    parser = ArgumentParser(
        prog=f"{paths.PROGRAM} export",
        description="Write highlights and notes in the format of another program.",
        epilog=_EPILOG.format(program=paths.PROGRAM, formats=f"formats:\n{formats}"),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("query", nargs="*", metavar="QUERY", help="what to export; without it, everything")
    parser.add_argument("--to", required=True, metavar="FORMAT", help="the format; they are listed below")
    parser.add_argument(
        "-o",
        "--output",
        type=text_argument,
        default="-",
        metavar="PATH",
        help="file or folder to write; without it, standard output",
    )
    parser.add_argument(
        "--articles", action="store_true", help="the query chooses articles, also such without annotations"
    )
    parser.add_argument(
        "--ids",
        type=text_argument,
        metavar="FILE",
        help="only the articles whose ids stand in FILE, one a line; - for standard input",
    )
    parser.add_argument(
        "--annotations",
        type=text_argument,
        metavar="FILE",
        help="only the annotations whose ids stand in FILE, one a line; - for standard input",
    )
    parser.add_argument("--template", type=path_argument, metavar="FILE", help="write by the template in FILE")
    parser.add_argument("--show-template", action="store_true", help="print the format's own template, to start from")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be written")
    parser.add_argument("--prune", action="store_true", help="remove unedited files of articles that no longer match")
    parser.add_argument(
        "--watch", action="store_true", help="go on: keep PATH up to date while the library changes, until ctrl+c"
    )
    add_library_options(parser, "your default library, and all that you annotated elsewhere")
    add_settings_options(parser)
    return parser


def _format(name: str) -> Format:
    for each in EXPORTS:
        if each.id == name:
            return each
    names = [each.id for each in EXPORTS]
    near = get_close_matches(name, names, 1)
    hint = f"Did you mean {near[0]}?" if near else f"Formats: {', '.join(names)}."
    raise UsageError(f"There is no format “{name}”.", hint)


def _with_templates() -> str:
    return ", ".join(each.id for each in EXPORTS if each.has_blocks)


def _template(file: Path | None, form: Format) -> str:
    """Read and check the template that the options name; empty if they name none.

    Raises:
        UsageError: The template cannot be read, is invalid, or the format takes no template.
    """
    if file is None:
        return ""
    if not form.has_blocks:
        raise UsageError(f"{form.id} has no template.", f"Those that have one: {_with_templates()}.")
    from tui_reader.exchange.templates import Template  # noqa: PLC0415 - only where a template is given

    try:
        text = read_argument(file).decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise UsageError(f"{file} is not text in UTF-8.", "Save it as UTF-8.") from None
    if not text.strip():
        raise UsageError(f"{file} is empty.", "--show-template prints a template to start from.")
    Template(text)
    return text


def _is_folder(output: str, form: Format) -> bool:
    """Return True if a path of the command line names a folder to write into.

    The path names a folder if it is a folder or ends with a slash, or if it does not exist, has no suffix, and the
    format writes one file per article.
    """
    if output == "-":
        return False
    given = paths.expand_user(output)
    is_folder = os.path.isdir(given)  # noqa: PTH112 - `Path.is_dir` fails in a folder that may not be searched
    return output.endswith("/") or is_folder or (form.per_article and not os.path.lexists(given) and not given.suffix)


def _target(
    options: argparse.Namespace, form: Format, template: str, clips: Clips, text: str, *, to_folder: bool
) -> Target:
    """Return what to export and where: the query and ids of the options, and the folder and file name to write.

    Args:
        options: The parsed options.
        form: The format.
        template: The text of the template; empty without one.
        clips: Parses the query.
        text: The query.
        to_folder: True if the path of the options is a folder to write into, False if it is a file.
    """
    from tui_reader.services.headless.export_watch import Target  # noqa: PLC0415 - see `export`

    query = clips.parse(text)
    print_slips(query)
    output = paths.expand_user(options.output)
    name = output.name if not to_folder else "" if form.per_article else f"annotations{form.suffix}"
    folder = output if to_folder else output.parent
    articles, annotations = _ids(options.ids), _ids(options.annotations)
    return Target(query.term, options.articles, form, template, folder, name, options.prune, articles, annotations)


def _ids(file: str | None) -> frozenset[str] | None:
    """Return the ids that a file lists, one per line; None if no file is given.

    Raises:
        UsageError: The file cannot be read.
    """
    if file is None:
        return None
    return frozenset(
        line.strip() for line in read_argument(file).decode("utf-8", "replace").split("\n") if line.strip()
    )


def _whole(form: Format, clips: Sequence[Clip], template: str) -> str | bytes:
    if not form.has_blocks:
        return form.write(clips)
    text: str = form.load().FORM.write(clips, template)
    return text


def _write(options: argparse.Namespace, target: Target, clips: Clips, library: Library) -> int:
    """Write the export to a file or folder, print the result, and return the exit status."""
    from tui_reader.services.headless.export_files import ExportFiles  # noqa: PLC0415 - see `export`

    files = ExportFiles(target.folder, target.form, target.template, dry_run=options.dry_run)
    _warn_of_library(files, library)
    count = 0

    def chosen() -> Iterator[Clip]:
        nonlocal count
        for clip in target.chosen(clips):
            count += len(clip.annotations)
            yield clip

    # Files of articles not named stay unchanged, and are reported only if they are to be removed.
    named = target.ids if target.annotations is None else frozenset[str]()
    try:
        if target.name:
            files.write_file(target.name, list(target.prepared(chosen())))
        else:
            files.write_folder(chosen(), None if target.prune else named)
        if target.prune and library.store.damage:
            print_notice("Nothing is removed, since only a part of the state could be read.")
        elif target.prune:
            files.prune()
    except OSError as error:
        raise ReaderError(_reason(error, target)) from error
    if target.annotations is None:
        return _report(files, is_dry_run=options.dry_run)
    if count < len(target.annotations):
        print_notice(f"Not found: {len(target.annotations) - count:,} of {len(target.annotations):,} annotations.")
    return _report(files, is_dry_run=options.dry_run, what=f"{with_count(count, 'annotation')}: ")


def _warn_of_library(files: ExportFiles, library: Library) -> None:
    if any(map(Path(files.folder).is_relative_to, library.folders)):
        print_notice(f"{files.folder} lies in the library, which may take its files for articles.")


def _reason(error: OSError, target: Target) -> str:
    """Return the reason, as a sentence, why a file or folder cannot be written."""
    from tui_reader.services.headless.export_files import reason_not_written  # noqa: PLC0415 - see `export`

    return reason_not_written(error, target.folder, target.name)


def _watch(library: Library, clips: Clips, target: Target) -> int:
    """Export again after each change of the library, until a signal ends the program; return the exit status."""
    import signal  # noqa: PLC0415 - only here
    import threading  # noqa: PLC0415

    from tui_reader.services.headless.export_watch import ExportWatch  # noqa: PLC0415 - see `export`

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, *((signal.SIGHUP,) if hasattr(signal, "SIGHUP") else ())):
        signal.signal(number, lambda *_: stop.set())

    def report(files: ExportFiles) -> None:
        _report(files, is_dry_run=False)
        flush_stdout()

    watch = ExportWatch(library, clips, target, report)
    watch.run(stop, lambda error: print_notice(_reason(error, target)))
    return 0


def _report(files: ExportFiles, *, is_dry_run: bool, what: str = "") -> int:
    """Print the result of an export, and return the exit status.

    Args:
        files: The written files.
        is_dry_run: True if nothing was written, so that the messages say what would be.
        what: First words of the line of counts.
    """
    outcome: Outcome = files.outcome
    would = "would be " if is_dry_run else ""
    if is_dry_run:
        for kind, names in (("new", outcome.written), ("changed", outcome.changed), ("removed", outcome.pruned)):
            for name in names:
                print_line(f"{kind:8} {name}")
    for name, beside in outcome.beside:
        print_notice(f"{name} is not as it was written, so it stays; the export {would or 'is '}written to {beside}.")
    for name in outcome.kept:
        print_notice(f"{name}: what you changed within a block stands below the block now.")
    for sentence in outcome.refused:
        print_notice(sentence)
    left = [name for name in outcome.stale if name not in {*outcome.pruned, *outcome.touched}]
    if left:
        print_notice(f"No longer matching: {', '.join(left)}. --prune removes those that were not edited.")
    if outcome.touched:
        print_notice(f"No longer matching, but changed by hand, so kept: {', '.join(outcome.touched)}.")
    counts = [
        f"{with_count(len(outcome.written), 'file')} {would}written",
        f"{len(outcome.changed):,} changed",
        f"{outcome.unchanged:,} unchanged",
        *([f"{len(outcome.pruned):,} removed"] if outcome.pruned else []),
    ]
    print_line(f"{what}{', '.join(counts)} in {files.folder}.")
    return 1 if outcome.refused else 0
