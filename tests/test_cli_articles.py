"""The verbs that list and change articles by a query, used by scripts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tui_reader.cli.main import main
from tui_reader.services.library.opening import init_library

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Run = "Callable[..., tuple[int, str, str]]"

ARTICLES = {
    "space.md": ("Space gap", "Brussels desk", "2026-05-28", "nato, space", "The orbit is empty. " * 400),
    "pledge.md": ("The pledge", "Brussels desk", "2026-06-05", "nato", "Five per cent, they said. " * 40),
    "port.txt": ("", "", "", "", "A port at night\n\nThe lights go out, one by one.\n"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "articles"
    root.mkdir()
    for name, (title, source, date, tags, text) in ARTICLES.items():
        head = f"---\ntitle: {title}\nsource: {source}\ndate: {date}\ntags: [{tags}]\n---\n\n" if title else ""
        (root / name).write_text(head + text, encoding="utf-8")
    init_library(root)
    return root


@pytest.fixture
def run(folder: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def call(*arguments: object, library: bool = True) -> tuple[int, str, str]:
        where = ("--library", folder) if library else ()
        try:
            status = main([str(argument) for argument in (*arguments, *where)])
        except SystemExit as exit_:
            status = int(exit_.code or 0)
        return status, *capsys.readouterr()

    return call


def titles(out: str) -> list[str]:
    return [line[3:].partition("  (")[0] for line in out.splitlines()]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ((), ["The pledge", "Space gap", "A port at night"]),
        (("tag:nato", "-tag:space"), ["The pledge"]),
        (("-tag:nato",), ["A port at night"]),
        (("tag:nato -tag:space",), ["The pledge"]),
        (("text:lights OR text:orbit",), ["A port at night", "Space gap"]),
        (('text:"per cent"',), ["The pledge"]),
        (("sort:title",), ["A port at night", "Space gap", "The pledge"]),
        (("sort:longest", "limit:1"), ["Space gap"]),
        (("words>1000",), ["Space gap"]),
        (('source:"Brussels desk" date:2026-06',), ["The pledge"]),
        (("kind:text",), ["A port at night"]),
        (("nothing", "at", "all"), []),
    ],
)
def test_articles_are_listed_by_a_query(run: Any, query: tuple[str, ...], found: list[str]) -> None:
    status, out, err = run("list", *query)
    assert status == 0
    assert sorted(titles(out)) == sorted(found)
    if found and query and "sort" in query[0]:
        assert titles(out) == found
    assert ("No article matches (3 in all): “nothing”, “at”, “all”." in err) == (not found)


def test_a_list_is_printed_as_paths_ids_or_by_a_template_for_scripts(folder: Path, run: Any) -> None:
    assert sorted(run("list", "tag:nato", "--paths")[1].splitlines()) == [
        str(folder / "pledge.md"),
        str(folder / "space.md"),
    ]
    ids = run("list", "tag:nato", "--ids")[1].splitlines()
    form = r"{title}\t{source}: {tags}, {minutes} min\\"
    for end in ("", r"\n"):
        shown = run("list", "tag:space", "--format", form + end)[1]
        assert shown == "Space gap\tBrussels desk: nato, space, 7 min\\\n"
    run(
        "notes",
        "add",
        folder / "pledge.md",
        "--quote",
        "Five per cent, they said. Five",
        "--note",
        "x",
        "--occurrence=1",
    )
    run("star", "pledge")
    listed = json.loads(run("list", "tag:nato", "--json")[1])
    assert {each["id"] for each in listed} == set(ids)
    pledge = listed[0]
    assert pledge["title"] == "The pledge"
    assert (pledge["starred"], pledge["read"], pledge["tags"]) == (True, False, ["nato"])
    assert (pledge["highlights"], pledge["notes"], pledge["annotations"]) == (1, 1, 1)
    assert json.loads(run("list", "no-such-word", "--json")[1]) == []


def test_articles_are_changed_by_a_query_and_nothing_in_a_dry_run(run: Any) -> None:
    status, out, err = run("star", "tag:nato", "--dry-run")
    assert (status, sorted(titles(out))) == (0, ["Space gap", "The pledge"])
    assert "2 articles would be changed." in err
    assert titles(run("list", "is:starred")[1]) == []
    assert run("star", "tag:nato")[1] == "Starred 2 articles.\n"
    assert run("star", "tag:space", "--off")[1] == "Unstarred “Space gap”.\n"
    assert titles(run("list", "is:starred")[1]) == ["The pledge"]
    assert run("read", "port")[1] == "Marked “A port at night” as read.\n"
    assert run("archive", "is:read")[1] == "Archived “A port at night”.\n"
    assert titles(run("list", "is:archived")[1]) == ["A port at night"]
    assert (
        run("tag", "tag:nato", "+later", "-SPACE", "+with blank")[1]
        == "Tagged 2 articles: +later +with blank -SPACE.\n"
    )
    assert run("tag", "-tag:later", "-is:read", "+x")[1] == ""
    assert titles(run("list", 'tag:"with blank" -tag:space')[1]) == titles(run("list", "tag:later")[1])
    assert run("star", "is:starred")[1] == "Nothing to change.\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("star", ""), "The query is empty."),
        (("star",), "required"),
        (("archive", "tag:", "sort:title"), "The query tag: sort:title finds everything."),
        (("notes", "delete", "sort:title"), "The query sort:title finds everything."),
        (("tag", "tag:nato"), "No tag is given."),
        (("list", "--format", "{nope}"), "--format knows no field “nope”."),
        (("list", "--ids", "--json"), "not allowed with"),
    ],
)
def test_a_wrong_command_line_is_refused(run: Any, arguments: tuple[str, ...], message: str) -> None:
    status, _, err = run(*arguments)
    assert status == 2
    assert message in err


def test_a_path_as_query_is_refused_and_the_option_is_named(folder: Path, run: Any) -> None:
    for verb in ("list", "star", "notes list"):
        status, _, err = run(*verb.split(), folder)
        assert status == 2
        assert f"Name a library by --library {folder}" in err
    status, _, err = run("list", "titel:pledge")
    assert status == 0
    assert "there is no field “titel:” · did you mean title:pledge? It is searched for as words." in err
    err = run("list", "date:2024-13-40 is:x limit:y has:z words>q")[2]
    assert "range such as 2026-01..2026-03. It is searched for as words.\nis:x? unread, read" in err
    assert "2 more parts are no fields either.\n" in err
    assert "No article matches (3 in all): “date:2024-13-40”, “is:x”, “limit:y”" in err


def test_annotations_are_listed_and_deleted_by_a_query(folder: Path, run: Any) -> None:
    for note, tag in (("one", "done"), ("two", "open"), ("three", "done")):
        run("notes", "add", folder / "port.txt", "--note", note, "--tag", tag, library=False)
    listed = json.loads(run("notes", "list", "tag:done", "is:unread", "--json")[1])
    assert sorted(each["note"] for each in listed) == ["one", "three"]
    assert "two" in run("notes", "list", "note:two")[1]
    assert "2 annotations would be deleted." in run("notes", "delete", "tag:done", "--dry-run")[2]
    assert len(json.loads(run("notes", "list", "--json")[1])) == 3
    assert run("notes", "delete", "tag:done")[0] == 0
    assert [each["note"] for each in json.loads(run("notes", "list", "--json")[1])] == ["two"]
    assert run("notes", "delete", "two")[0] != 0, "words alone do not delete"
    assert run("notes", "delete", "tag:nothing")[0] == 1
    assert "is:lots? unread" in run("notes", "delete", "tag:nothing is:lots")[2]
    assert "No annotation matches (1 in all): tagged nothing, “is:lots”." in run("notes", "list", "#nothing is:lots")[2]


def test_rules_of_the_settings_are_tried_and_applied(folder: Path, tmp_path: Path, run: Any) -> None:
    settings = tmp_path / "config.toml"
    settings.write_text('[[rules]]\nquery = "tag:nato"\ntag = ["alliance"]\nup_next = true\n', encoding="utf-8")
    status, out, _ = run("rules", "--dry-run", "--config", settings)
    assert status == 0
    assert "tag:nato → +alliance, up next: 2 articles" in out
    assert run("list", "tag:alliance")[1] == ""
    assert run("rules", "--config", settings)[1] == "Filed 2 articles by your rules.\n"
    assert len(titles(run("list", "tag:alliance is:queued")[1])) == 2
    assert run("rules", "--config", settings)[1] == "Nothing to file.\n"
    wrong = "".join(f'[[rules]]\nquery = "{each}"\nstar = true\n' for each in ("tag:", "-titel:x", "text:nato"))
    settings.write_text(wrong, encoding="utf-8")
    status, out, err = run("rules", "--dry-run", "--config", settings)
    assert status == 0
    assert "Filing rule “tag:”: It finds everything, so the rule is left out" in err
    assert "Filing rule “-titel:x”: there is no field “titel:” · did you mean title:x? It is searched for" in err
    assert "Filing rule “text:nato”: Rules do not search texts" in err
    assert "-titel:x → star: 3 articles" in out
    assert out.count("→") == 1
    assert "There are no filing rules" in run("rules")[2]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x" * 10_000, "xxx…."),
        ("x/" * 5_000, "/x…."),
        ("~nobody-of-that-name/x", "“~nobody-of-that-name/x”."),
        ("\ud800\x01\x1b[31m\x9b", r"“\ud800\x01\x1b[31m\x9b”."),
        ("a\x00b", r"“a\x00b”."),
        ("tag：港 words＞9,000", "tagged 港, more than 9000 words."),
        ("C:\\\\x", "colour:\\\\x? 1 to 5"),
        ("feed://x.org", "“feed://x.org”."),
    ],
)
def test_any_text_is_a_valid_query_and_an_empty_result_is_explained(run: Any, text: str, said: str) -> None:
    for verb in (("list",), ("notes", "list")) if len(text) == 10_000 else (("list",),):
        status, out, err = run(*verb, text)
        assert (status, out) == (0, "")
        assert said in err or verb[0] == "notes"


def test_a_library_without_articles_reports_the_files_that_are_not_read(run: Any, folder: Path) -> None:
    for name in ARTICLES:
        (folder / name).rename(folder / f"{name}.odg")
    assert run("list")[2] == "There are no articles in this library. Passed over: 3 files of kinds not read (3 .odg).\n"
    (folder / "space.md.odg").unlink()
    assert "2 files of kinds not read (2 .odg)" in run("star", "tag:nato")[2]
