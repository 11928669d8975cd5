"""The verb `export`: what it prints and writes, and what it leaves alone."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import zipfile
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from tui_reader.cli.main import main
from tui_reader.config import Settings
from tui_reader.exchange import lossless_json
from tui_reader.exchange.registry import find_export
from tui_reader.model.query import EVERYTHING
from tui_reader.services.annotations import reanchor_queue
from tui_reader.services.articles import parsing_ahead
from tui_reader.services.articles.parsed_files import load
from tui_reader.services.headless import export_watch
from tui_reader.services.headless.clips import Clips
from tui_reader.services.headless.export_watch import ExportWatch, Target
from tui_reader.services.headless.session import library_of
from tui_reader.services.library.opening import init_library
from tui_reader.services.library.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tui_reader.document.blocks import Document
    from tui_reader.services.headless.export_files import ExportFiles

    Run = Callable[..., tuple[int, str, str]]

TIDES = """\
---
title: Low water
tags: [sea]
---

# Low water

The boats lay on the mud.

## Evening

At four the channel filled. By five everything floated.
"""
PORT = "A port at night\n\nThe lights go out, one by one.\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the library once; each test gets a copy."""
    root = tmp_path_factory.mktemp("made") / "articles"
    root.mkdir()
    (root / "low-water.md").write_text(TIDES, "utf-8")
    (root / "port.txt").write_text(PORT, "utf-8")
    (root / "unread.txt").write_text("Unread\n\nNothing is marked here, nothing at all.\n", "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(root.parent))
        init_library(root)
        for file, quote, note, tag in (
            ("low-water.md", "everything floated", "so it | did", "claim"),
            ("low-water.md", "The boats", "", "later"),
            ("port.txt", "one by one", "=1", "claim"),
        ):
            arguments = ("notes", "add", root / file, "--quote", quote, "--note", note, "--tag", tag, "--library", root)
            assert main([str(each) for each in arguments]) == 0
    return root


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "articles")


@pytest.fixture
def run(folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    capsys.readouterr()

    def call(*arguments: object) -> tuple[int, str, str]:
        try:
            status = main(["export", *map(str, arguments), "--library", str(folder)])
        except SystemExit as exit_:
            status = int(exit_.code or 0)
        return status, *capsys.readouterr()

    return call


def test_an_export_goes_to_standard_output_in_the_order_of_titles_and_text(run: Run) -> None:
    status, out, err = run("--to", "markdown")
    assert (status, err) == (0, "")
    words = ("# A port at night", "one by one", "# Low water", "The boats", "## Evening", "everything floated")
    places = [out.index(each) for each in words]
    assert places == sorted(places)
    assert "tui-reader" not in out


def test_a_large_library_is_exported_as_a_small_one_and_leaves_no_process(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parsing_ahead, "_processors", lambda: 2)
    small = [run("--to", form, *options) for form in ("json", "html") for options in ((), ("tag:sea", "--articles"))]
    monkeypatch.setattr("tui_reader.cli.export._LARGE_STATE", 0)
    monkeypatch.setattr(parsing_ahead, "LEAST_BYTES", 0)
    monkeypatch.setattr(parsing_ahead, "_BATCH", 1)
    workers: list[Worker] = []

    def made(**arguments: int) -> Worker:
        workers.append(Worker(**arguments))
        return workers[-1]

    monkeypatch.setattr(parsing_ahead, "Worker", made)
    large = [run("--to", form, *options) for form in ("json", "html") for options in ((), ("tag:sea", "--articles"))]
    assert large == small
    assert len(workers) == 2, "no process for the queries of one article"
    (folder / "low-water.md").unlink()
    run("--to", "json")
    assert len(workers) == 3
    assert [worker._process for worker in workers] == [None, None, None]


def test_a_query_chooses_annotations_and_with_articles_it_chooses_articles(run: Run, tmp_path: Path) -> None:
    def chosen(*arguments: str) -> dict[str, list[str]]:
        clips = lossless_json.read(run("--to", "json", *arguments)[1])
        return {clip.title: [each.quote for each in clip.annotations] for clip in clips}

    assert chosen("tag:claim") == {"A port at night": ["one by one"], "Low water": ["everything floated"]}
    assert chosen("tag:claim", "limit:1") == {"A port at night": ["one by one"]}
    assert chosen("tag:sea", "--articles") == {"Low water": ["The boats", "everything floated"]}
    assert chosen("unread", "--articles") == {"Unread": []}
    ids = tmp_path / "ids"
    ids.write_text("port.txt\nunread.txt\n", "utf-8")
    assert chosen("--ids", str(ids)) == {"A port at night": ["one by one"]}
    assert chosen("--ids", str(ids), "--articles") == {"A port at night": ["one by one"], "Unread": []}
    status, out, err = run("--to", "json", "tag:none")
    assert (status, json.loads(out)["articles"], err) == (0, [], "Nothing matches.\n")


def test_annotations_are_named_by_their_ids_and_no_others_are_exported(run: Run, tmp_path: Path) -> None:
    clips = lossless_json.read(run("--to", "json")[1])
    ids = {each.quote: each.id for clip in clips for each in clip.annotations}
    file, target = tmp_path / "ids", tmp_path / "pages"
    for form, suffix in (("obsidian", ".md"), ("html", ".html"), ("org", ".org")):
        assert run("--to", form, "-o", target / form)[1].startswith("2 files written")
        file.write_text(f"{ids['The boats']}\n\n", "utf-8")
        other = (target / form / f"A port at night{suffix}").read_bytes()
        status, out, err = run("--to", form, "-o", target / form, "--annotations", file)
        assert (status, err) == (0, "")
        assert out == f"1 annotation: 0 files written, 1 changed, 0 unchanged in {target / form}.\n"
        text = (target / form / f"Low water{suffix}").read_text("utf-8")
        assert ids["The boats"] in text
        assert ids["everything floated"] not in text
        assert (target / form / f"A port at night{suffix}").read_bytes() == other
    file.write_text(f"{ids['one by one']}\n{ids['everything floated']}\ngone\n", "utf-8")
    status, out, err = run("--to", "bibtex", "-o", tmp_path / "refs.bib", "--annotations", file)
    assert (status, err) == (0, "Not found: 1 of 3 annotations.\n")
    assert out.startswith("2 annotations: 1 file written")
    assert "The boats" not in (tmp_path / "refs.bib").read_text("utf-8")

    def exported(*arguments: object) -> list[str]:
        clips = lossless_json.read(run("--to", "json", "--annotations", file, *arguments)[1])
        return [each.quote for clip in clips for each in clip.annotations]

    assert exported() == ["one by one", "everything floated"]
    assert exported("quote:floated") == ["everything floated"]
    assert exported("limit:1") == ["one by one"]
    file.write_text("", "utf-8")
    assert exported() == []
    assert "2 removed" in run("--to", "html", "-o", target / "html", "--annotations", file, "--prune")[1]


def test_a_folder_gets_a_file_an_article_and_a_second_export_changes_nothing(run: Run, tmp_path: Path) -> None:
    for form, suffix in (("obsidian", ".md"), ("org", ".org"), ("plain", ".txt")):
        target = tmp_path / form
        assert run("--to", form, "-o", target, "--dry-run")[1].startswith("new      ")
        assert not target.exists()
        assert run("--to", form, "-o", target)[1].startswith("2 files written")
        files = {each: each.stat() for each in target.iterdir()}
        assert {each.name for each in files if each.suffix == suffix} == {
            f"A port at night{suffix}",
            f"Low water{suffix}",
        }
        assert "2 unchanged" in run("--to", form, "-o", target)[1]
        after = {each: each.stat() for each in target.iterdir()}
        assert {e: (s.st_mtime_ns, s.st_ino) for e, s in after.items()} == {
            e: (s.st_mtime_ns, s.st_ino) for e, s in files.items()
        }


@pytest.mark.parametrize(
    "form", ["json", "w3c", "readwise", "bibtex", "ris", "csl-json", "anki", "koreader", "hypothesis"]
)
def test_a_file_that_a_person_changed_stays_and_the_export_is_written_beside_it(
    run: Run, tmp_path: Path, form: str
) -> None:
    target = tmp_path / "all.out"
    assert run("--to", form, "-o", target)[0] == 0
    assert "1 unchanged" in run("--to", form, "-o", target)[1]
    first = target.read_bytes()
    assert run("--to", form, "-o", target, "tag:claim")[1].startswith("0 files written, 1 changed")
    mine = target.read_bytes() + b"mine\n"
    target.write_bytes(mine)
    for _ in range(2):
        err = run("--to", form, "-o", target)[2]
        assert "all.out is not as it was written, so it stays; the export is written to all (new).out." in err
    assert (target.read_bytes(), (tmp_path / "all (new).out").read_bytes()) == (mine, first)


@pytest.mark.parametrize("form", ["markdown", "obsidian", "org"])
def test_words_written_by_hand_stay_in_their_file_wherever_it_is_renamed_to(
    run: Run, tmp_path: Path, form: str
) -> None:
    target = tmp_path / "vault"
    run("--to", form, "-o", target)
    file = next(each for each in target.iterdir() if each.stem == "Low water")
    renamed = target / f"Tides{file.suffix}"
    file.rename(renamed)
    renamed.write_text(renamed.read_text("utf-8") + "\nMy own words.\n", "utf-8")
    status, out, err = run("--to", form, "-o", target, "tag:claim")
    assert (status, err) == (0, "")
    assert "0 files written, 1 changed, 1 unchanged" in out
    text = renamed.read_text("utf-8")
    assert "My own words." in text
    assert "The boats" not in text
    assert not file.exists()
    (target / "mine.md").write_text("# A port at night\n", "utf-8")
    err = run("--to", form, "-o", target, "tag:none")[2]
    assert "No longer matching: " in err
    status, out, err = run("--to", form, "-o", target, "tag:none", "--prune")
    assert "1 removed" in out
    assert f"changed by hand, so kept: {renamed.name}." in err
    assert {each.name for each in target.iterdir()} == {renamed.name, "mine.md"}


def test_files_of_others_links_and_folders_are_neither_followed_nor_overwritten(run: Run, tmp_path: Path) -> None:
    target, outside = tmp_path / "vault", tmp_path / "outside.md"
    target.mkdir()
    outside.write_text("outside\n", "utf-8")
    (target / "Low water.md").symlink_to(outside)
    os.mkfifo(target / "A port at night.md")
    assert run("--to", "obsidian", "-o", target)[1].startswith("2 files written")
    assert outside.read_text("utf-8") == "outside\n"
    assert len(list(target.glob("Low water (*).md"))) == len(list(target.glob("A port at night (*).md"))) == 1
    assert "2 unchanged" in run("--to", "obsidian", "-o", target)[1]
    for form in ("bibtex", "markdown"):
        status, _, err = run("--to", form, "-o", target / "Low water.md")
        assert status == 1
        assert "is a symbolic link, so it is not used." in err
        status, _, err = run("--to", form, "-o", target / "A port at night.md")
        assert status == 1
        assert "is a named pipe" in err
    (target / ".tui-reader-export.json").symlink_to(tmp_path / "record.json")
    status, _, err = run("--to", "bibtex", "-o", target / "new.bib")
    assert status == 1
    assert "is a symbolic link" in err
    assert not (tmp_path / "record.json").exists()


def test_a_record_of_exports_cannot_name_files_elsewhere(run: Run, tmp_path: Path) -> None:
    target, outside = tmp_path / "out", tmp_path / "outside.txt"
    run("--to", "plain", "-o", target)
    record = target / ".tui-reader-export.json"
    value = json.loads(record.read_text("utf-8"))
    name, entry = next(iter(value["files"].items()))
    outside.write_bytes((target / name).read_bytes())
    value["files"] = {"../outside.txt": {**entry, "article": "gone"}, "a": 1, "b": {}}
    record.write_text(json.dumps(value), "utf-8")
    assert run("--to", "plain", "-o", target, "tag:none", "--prune")[0] == 0
    assert outside.exists()


def test_templates_are_printed_applied_and_checked(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "mine.txt"
    for form in ("markdown", "obsidian", "org"):
        status, shown, _ = run("--to", form, "--show-template")
        assert status == 0
        file.write_text(shown, "utf-8")
        assert run("--to", form, "--template", file)[1] == run("--to", form)[1]
    file.write_text("{{title}}\n{{#annotations}}\n- {{quote}} ({{note}})\n{{/annotations}}\n", "utf-8")
    assert "- one by one (=1)\n" in run("--to", "markdown", "--template", file)[1]
    file.write_text("{{title}}\n{{#annotations}}\n- {{qote}}\n{{/annotations}}\n", "utf-8")
    status, out, err = run("--to", "markdown", "--template", file)
    assert (status, out) == (2, "")
    assert "line 3: {{qote}} is no field." in err
    assert "Did you mean {{quote}}?" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--to", "markdwn"), "Did you mean markdown?"),
        (("--to", "haiku"), "Formats: markdown"),
        (("--to", "json", "--show-template"), "json has no template"),
        (("--to", "json", "--template", "x"), "json has no template"),
        (("--to", "org", "--template", "absent"), "absent does not exist"),
        (("--to", "org", "--ids", "absent"), "absent does not exist"),
        (("--to", "org", "--annotations", "absent"), "absent does not exist"),
        (("--to", "org", "--annotations", "x", "--articles"), "exclude each other"),
        (("--to", "org", "--annotations", "-", "--ids", "-"), "cannot both read"),
        (("--to", "org", "--config", "x", "--no-config"), "not allowed with"),
        (("--to", "org", "--prune"), "--prune needs a folder"),
        (("--to", "org", "--watch"), "--watch needs a file or a folder"),
        (("--to", "org", "--watch", "--dry-run", "-o", "x"), "exclude each other"),
        ((), "--to"),
    ],
)
def test_wrong_arguments_are_refused_with_a_message(run: Run, arguments: tuple[str, ...], words: str) -> None:
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert words in err


def test_an_export_into_the_library_folder_gives_a_warning(run: Run, folder: Path) -> None:
    assert "lies in the library" in run("--to", "org", "-o", folder / "notes")[2]


def test_an_orphan_is_exported_with_its_state(run: Run, folder: Path) -> None:
    (folder / "low-water.md").write_text(TIDES.replace("By five everything floated.", "Fog."), "utf-8")
    for form in (
        "markdown",
        "org",
        "json",
        "w3c",
        "hypothesis",
        "readwise",
        "koreader",
        "bibtex",
        "ris",
        "anki",
        "plain",
    ):
        out = run("--to", form)[1]
        assert "everything floated" in out
        assert "orphan" in out


def test_a_watch_follows_changes_alone_in_its_folder_and_ends_cleanly(run: Run, folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "vault"
    command = [sys.executable, "-m", "tui_reader", "export", "--watch", "--prune", "--library", str(folder)]
    with subprocess.Popen(
        [*command, "--to", "obsidian", "-o", str(target)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as watch:
        assert watch.stdout is not None
        lines = iter(watch.stdout.readline, "")
        try:
            assert next(lines).startswith("2 files written")
            second = subprocess.run(
                [*command, "--to", "obsidian", "-o", str(target)], check=False, capture_output=True, text=True
            )
            assert second.returncode == 1
            assert "kept up to date by another process" in second.stderr
            note = ("notes", "add", folder / "unread.txt", "--quote", "nothing at all", "--library", folder)
            assert main([str(each) for each in note]) == 0
            assert any("1 file written, 0 changed" in line for line in lines)
            assert "> nothing at all" in (target / "Unread.md").read_text("utf-8")
            text = TIDES.replace("The boats lay", "Some boats lie").replace("\n## Evening", "\n## Night")
            (folder / "low-water.md").write_text(text, "utf-8")
            assert any("## Night" in (target / "Low water.md").read_text("utf-8") for _ in lines)
            assert main(["notes", "delete", "quote:nothing", "--library", str(folder)]) == 0
            assert any("1 removed" in line for line in lines)
            assert not (target / "Unread.md").exists()
        finally:
            watch.terminate()
        assert watch.wait(60) == 0
        assert "Traceback" not in watch.stdout.read()


@pytest.mark.parametrize("articles", [False, True])
def test_a_watch_into_one_file_reads_again_only_what_changed(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, articles: bool
) -> None:
    read: list[str] = []

    def watching(path: Path, limit: int, *, whole: bool) -> Document | None:
        read.append(path.name)
        return load(path, limit, whole=whole)

    def annotate(file: str, quote: str) -> Callable[[], object]:
        arguments = ("notes", "add", folder / file, "--quote", quote, "--library", folder)
        return lambda: subprocess.run([sys.executable, "-m", "tui_reader", *map(str, arguments)], check=True)

    def report(_: ExportFiles) -> None:
        reads.append(sorted(read))
        pages.append((tmp_path / "all.html").read_text("utf-8"))
        read.clear()
        next(steps)()

    monkeypatch.setattr(export_watch, "POLL_SECONDS", 0.02)
    # On a slow machine, the search for passages would begin, and read the articles again.
    monkeypatch.setattr(reanchor_queue, "QUIET_SECONDS", 3600.0)
    monkeypatch.setattr(parsing_ahead, "load", watching)
    reads: list[list[str]] = []
    pages: list[str] = []
    errors: list[OSError] = []
    stop = threading.Event()
    steps = iter((annotate("unread.txt", "nothing at all"), annotate("low-water.md", "By five"), stop.set))
    with library_of([folder], None, Settings(), watch=True) as library:
        clips = Clips(library, Settings())
        form = find_export("html")
        target = Target(clips.parse("").term, articles, form, "", tmp_path, "all.html", prune=False)
        ExportWatch(library, clips, target, report).run(stop, errors.append)
        whole = form.write(list(target.chosen(Clips(library, Settings()))))
    assert not errors
    assert reads[1:] == [["unread.txt"], ["low-water.md"]]
    assert [page.count("<mark") for page in pages] == [3, 4, 5]
    assert pages[-1] == whole


class Clock:
    """Stands in for the time, and for the event that ends a watch: a wait takes exactly as long as it says."""

    def __init__(self) -> None:
        self.now, self.is_over = 0.0, False

    def monotonic(self) -> float:
        return self.now

    def is_set(self) -> bool:
        return self.is_over

    def wait(self, seconds: float) -> bool:
        self.now += seconds
        return self.is_over


def test_a_watch_collects_articles_that_change_one_after_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = [f"article {number}" for number in range(100)]
    waiting = list(changes)
    exports: list[set[str]] = []
    clock: Any = Clock()

    def export(_: ExportWatch, changed: set[str] | None) -> None:
        exports.append(changed or set())
        clock.is_over = not waiting

    monkeypatch.setattr(export_watch, "time", clock)
    monkeypatch.setattr(ExportWatch, "_export", export)
    library: Any = SimpleNamespace(sync=lambda: (waiting.pop(0),) if waiting else ())
    form, clips = find_export("json"), Clips.__new__(Clips)
    target = Target(EVERYTHING, False, form, "", tmp_path, "all.json", prune=False)
    ExportWatch(library, clips, target, lambda _: None).run(clock, lambda error: pytest.fail(str(error)))
    assert len(exports) == 3, "one of everything, then one for the looks of two polls"
    assert set.union(*exports) == set(changes[21:]), "a poll is twenty-one looks; the first export has those of one"


PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def test_pages_and_books_contain_pictures_of_the_library_and_nothing_else(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "secret.png").write_bytes(PIXEL + b"secret")
    (folder / "maps").mkdir()
    (folder / "maps" / "the tide.png").write_bytes(PIXEL)
    (folder / "text.png").write_text("no picture", "utf-8")
    (folder / "vector.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "utf-8")
    (folder / "large.png").write_bytes(PIXEL + bytes(9_000_000))
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    figures = ("maps/the%20tide.png", "../secret.png", "text.png", "vector.svg", "large.png", "link.png", "gone.png")
    text = "".join(f"![Words {number}]({target})\n\n" for number, target in enumerate(figures))
    (folder / "maps.md").write_text(f"# Maps\n\n{text}![Far](https://example.org/far.png)\n\nThe end.\n", "utf-8")
    page = run("--to", "html", "--articles", "maps")[1]
    assert re.findall(r'<img src="([^"]*)"', page) == [f"data:image/png;base64,{base64.b64encode(PIXEL).decode()}"]
    assert all(f"Words {number}" in page for number in range(len(figures)))
    assert run("--to", "epub", "--articles", "maps", "-o", tmp_path / "maps.epub")[0] == 0
    with zipfile.ZipFile(tmp_path / "maps.epub") as book:
        (name,) = (each for each in book.namelist() if "pictures/" in each)
        assert book.read(name) == PIXEL
        assert f'href="{name.removeprefix("EPUB/")}" media-type="image/png"' in book.read("EPUB/package.opf").decode()
        assert f'<img src="{name.removeprefix("EPUB/")}"' in book.read("EPUB/article-0001.xhtml").decode()


def test_an_export_of_a_folder_has_nothing_of_other_folders(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("public", "private"):
        (tmp_path / name).mkdir()
        for page in ("kept", "removed"):
            file = tmp_path / name / f"{page}.txt"
            file.write_text(f"Page {page} {name}\n\nNobody knows.\n", "utf-8")
            assert main(["notes", "add", str(file), "--quote", "Nobody", "--note", f"{page} {name}"]) == 0
        (tmp_path / name / "removed.txt").unlink()
    capsys.readouterr()

    def exported(*arguments: str) -> str:
        assert main(["export", "--to", "markdown", *arguments]) == 0
        return capsys.readouterr().out

    of_folder = exported("--library", str(tmp_path / "public"))
    assert "kept public" in of_folder
    assert "removed public" in of_folder
    assert "private" not in of_folder
    (tmp_path / "ids").write_text(f"{tmp_path / 'private' / 'kept.txt'}\n", "utf-8")
    named = exported("--library", str(tmp_path / "public"), "--ids", str(tmp_path / "ids"))
    assert "kept private" in named
    assert "public" not in named
    everything = exported()
    assert "kept private" in everything
    assert "removed private" in everything
