"""The verbs `notes` and `verify`, used by scripts, also while the reader is open."""

from __future__ import annotations

import errno
import json
import os
import queue
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tinydb import TinyDB

from tui_reader import paths
from tui_reader.cli.main import main
from tui_reader.services.library.opening import init_library, open_library
from tui_reader.storage.engine.library_files import LibraryFiles as StateFiles
from tui_reader.storage.snapshot.disk import Disk

if TYPE_CHECKING:
    from collections.abc import Callable

TIDES = """\
---
title: Tides
---

The sea comes in twice a day, and nobody has to ask it. Some harbours dry out.

A tide table is a promise. “It is kept,” the harbour master said, “more often than most.”
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "articles"
    (root / "deep").mkdir(parents=True)
    (root / "deep" / "tides.md").write_text(TIDES, encoding="utf-8")
    (root / "other.md").write_text("# Other\n\nNothing of note happened, twice. Nothing of note.\n", encoding="utf-8")
    init_library(root)
    return root


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    def call(*arguments: object) -> tuple[int, str]:
        status = main([str(argument) for argument in arguments])
        out = capsys.readouterr()
        return status, out.out + out.err

    return call


def added(run: Callable[..., tuple[int, str]], *arguments: object) -> Any:
    status, out = run("notes", "add", *arguments, "--json")
    assert status == 0, out
    return json.JSONDecoder().raw_decode(out)[0]


def listed(run: Callable[..., tuple[int, str]], *arguments: object) -> list[Any]:
    library = ("--library",) if arguments[:1] and isinstance(arguments[0], Path) else ()
    status, out = run("notes", "list", *library, *arguments, "--json")
    assert status == 0, out
    return list(json.JSONDecoder().raw_decode(out)[0])


def test_a_quote_is_found_without_regard_to_case_and_white_space(
    folder: Path, run: Callable[..., tuple[int, str]]
) -> None:
    file = folder / "deep" / "tides.md"
    made = added(
        run, file, "--quote", '"it is kept," the  Harbour master', "--note", ".sea Is it?", "--tag", "a", "--colour", 4
    )
    assert (made["quote"], made["note"], made["tags"]) == ("“It is kept,” the harbour master", "Is it?", ["a", "sea"])
    assert (made["colour"], made["state"], made["title"], made["file"]) == (4, "anchored", "Tides", str(file))
    assert listed(run, folder) == [made]
    assert listed(run, folder, "--tag", "b") == listed(run, folder, "--orphans") == []
    status, out = run("notes", "show", made["id"][:12], folder)
    assert status == 0
    assert "Is it?" in out
    status, out = run("notes", "list", "--library", folder)
    assert "Tides" in out
    assert "#sea" in out


def test_the_list_shows_annotations_as_placed_in_the_current_files(
    folder: Path, run: Callable[..., tuple[int, str]]
) -> None:
    file = folder / "deep" / "tides.md"
    kept, gone = added(run, file, "--quote", "Some harbours dry out"), added(run, file, "--quote", "a promise")
    file.write_text(
        TIDES.replace("A tide table is a promise. ", "").replace("The sea comes", "Slowly, the sea comes"), "utf-8"
    )
    state = {each["id"]: each for each in listed(run, folder)}
    assert state[kept["id"]]["state"] == "moved", "what follows it is gone"
    assert state[kept["id"]]["start"] > kept["start"]
    assert (state[gone["id"]]["state"], state[gone["id"]]["start"]) == ("orphan", None)
    assert [each["id"] for each in listed(run, folder, "--orphans")] == [gone["id"]]
    file.rename(folder / "tides-again.md")
    assert [each["file"] for each in listed(run, folder)] == [str(folder / "tides-again.md")] * 2


def test_annotations_are_edited_and_deleted(folder: Path, run: Callable[..., tuple[int, str]]) -> None:
    made = added(run, folder / "other.md", "--note", "On all of it")
    assert (made["quote"], made["start"], made["note"]) == (None, None, "On all of it")
    status, out = run("notes", "edit", made["id"], folder, "--note", "new", "--tag", "x", "--colour", 2, "--json")
    assert status == 0
    changed = json.loads(out)
    assert (changed["note"], changed["tags"], changed["colour"]) == ("new", ["x"], 2)
    assert changed["created"] == made["created"] < changed["updated"]
    assert run("notes", "delete", made["id"], "--in", folder) == (0, "deleted the note on “Other”\n")
    assert listed(run, folder) == []
    status, out = run("notes", "delete", made["id"], "--in", folder)
    assert status == 1
    assert "no annotation" in out


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (["--quote", "Nothing of note"], 1, "2 times"),
        (["--quote", "Nothing of note", "--occurrence", "3"], 1, "only 2 times"),
        (["--quote", "Nothing of any note happened"], 1, "nearest words are: “Nothing of note happened"),
        (["--quote", "rain"], 1, "is not in"),
        (["--quote", "othing of no"], 1, "whole words, such as “Nothing of note”"),
        ([], 2, "nothing to keep"),
    ],
)
def test_an_annotation_that_cannot_be_added_is_refused_with_the_reason(
    folder: Path, run: Callable[..., tuple[int, str]], arguments: list[str], status: int, told: str
) -> None:
    ended, out = run("notes", "add", folder / "other.md", *arguments)
    assert ended == status
    assert told in out
    assert listed(run, folder) == []


def test_one_of_several_occurrences_can_be_named(folder: Path, run: Callable[..., tuple[int, str]]) -> None:
    second = added(run, folder / "other.md", "--quote", "nothing of note", "--occurrence", 2)
    assert second["prefix"].endswith("twice. ")


def test_a_missing_file_is_reported(tmp_path: Path, run: Callable[..., tuple[int, str]]) -> None:
    status, out = run("notes", "add", tmp_path / "none.md", "--quote", "x")
    assert status == 2
    assert "There is no file" in out
    assert "none.md" in out


def test_a_reader_that_is_open_sees_what_a_script_adds(folder: Path, run: Callable[..., tuple[int, str]]) -> None:
    library = open_library((folder,))
    events: queue.SimpleQueue[object] = queue.SimpleQueue()
    library.start(events.put)
    try:
        made = added(run, folder / "other.md", "--quote", "twice")
        while not list(library.annotations.all()):
            events.get(timeout=60)
            library.sync()
        assert [each.id for each in library.annotations.all()] == [made["id"]]
        assert "Another window" not in run("notes", "list", "--library", folder)[1]
    finally:
        library.close()


def test_the_list_without_a_path_includes_notes_of_other_folders(
    tmp_path: Path, run: Callable[..., tuple[int, str]]
) -> None:
    lone = tmp_path / "lone.md"
    lone.write_text("# Lone\n\nOne sentence only.\n", "utf-8")
    made = added(run, lone, "--quote", "one sentence")
    everywhere = listed(run)
    assert [(each["id"], each["file"], each["state"]) for each in everywhere] == [(made["id"], str(lone), "anchored")]


def test_a_draft_is_verified(folder: Path, tmp_path: Path, run: Callable[..., tuple[int, str]]) -> None:
    draft = tmp_path / "draft.md"
    draft.write_text(
        "She writes that “the sea comes in twice a week, and nobody has to ask it” (sic).\n\n"
        "> The sea comes in […] and nobody has\n> to ask it.\n> — Tides\n\n"
        'He said "this was never written anywhere at all", and "so".\n'
        "She agreed: “A tide table is a promise.”\n",
        "utf-8",
    )
    status, out = run("verify", draft, folder, "--json")
    assert status == 1
    results, _ = json.JSONDecoder().raw_decode(out)
    assert [(each["line"], each["verdict"]) for each in results] == [
        (1, "altered"),
        (3, "exact"),
        (7, "missing"),
        (8, "exact"),
    ]
    assert results[0]["difference"] == "[-The-]{+the+} sea comes in twice a [-day-]{+week+}, and nobody has to ask it"
    assert results[0]["title"] == "Tides"
    status, out = run("verify", draft, folder)
    assert f"2 exact, 1 altered, 1 missing\nSearched: 2 articles in {folder}.\n" in out
    (folder / "source.xls").touch()
    status, out = run("verify", draft, folder)
    assert f"Searched: 2 articles in {folder}. Passed over: 1 file of a kind not read (1 .xls).\n" in out
    (folder / "source.xls").unlink()
    draft.write_text("“A tide table is a promise”, they say.\n", "utf-8")
    assert run("verify", draft, folder)[0] == 0
    status, out = run("verify", tmp_path / "none.md", folder)
    assert status == 2
    assert "none.md does not exist." in out


def test_a_draft_without_quotes_says_so(folder: Path, tmp_path: Path, run: Callable[..., tuple[int, str]]) -> None:
    draft = tmp_path / "draft.md"
    draft.write_text("Nobody is “quoted” here.\n", "utf-8")
    status, out = run("verify", draft, folder)
    assert status == 0
    assert "holds no quotes" in out


def test_a_draft_is_verified_with_annotated_articles_of_other_folders_too(
    tmp_path: Path, run: Callable[..., tuple[int, str]]
) -> None:
    lone, draft = tmp_path / "lone.md", tmp_path / "draft.md"
    lone.write_text("# Lone\n\nOne sentence only, and nothing else besides.\n", "utf-8")
    draft.write_text("> One sentence only, and nothing else besides.\n", "utf-8")
    status, out = run("verify", draft)
    assert status == 1
    assert "1 missing\nSearched: " in out
    made = added(run, lone, "--quote", "one sentence")
    status, out = run("verify", draft)
    assert status == 0, out
    assert str(lone) in out
    assert "and 1 that you annotated elsewhere." in out
    lone.unlink()
    status, out = run("verify", draft)
    assert (status, "1 could not be read" in out) == (1, True)
    assert [each["id"] for each in listed(run)] == [made["id"]]


def test_a_draft_among_the_articles_is_not_its_own_source(folder: Path, run: Callable[..., tuple[int, str]]) -> None:
    draft = folder / "draft.md"
    draft.write_text("He said “this was never written anywhere at all”.\n", "utf-8")
    status, out = run("verify", draft, folder)
    assert (status, "1 missing" in out) == (1, True)


def test_ids_are_shown_as_short_as_they_are_unique(folder: Path, run: Callable[..., tuple[int, str]]) -> None:
    made = [added(run, folder / "other.md", "--note", f"note {number}") for number in range(3)]
    _, out = run("notes", "list", "--library", folder)
    shown = [line.split()[0] for line in out.splitlines() if line.startswith("  ")]
    assert len(set(shown)) == len(made)
    for each, short in zip(made, shown, strict=True):
        assert each["id"].startswith(short)
        assert 8 <= len(short) < 36
        status, told = run("notes", "show", short.upper(), folder)
        assert (status, each["note"] in told) == (0, True)


@pytest.mark.parametrize("verb", ["show", "edit", "delete"])
def test_an_ambiguous_id_lists_the_annotations_that_it_may_mean(
    verb: str, folder: Path, run: Callable[..., tuple[int, str]]
) -> None:
    ids = [added(run, folder / "other.md", "--note", f"note {number}")["id"] for number in range(3)]
    more = ("--note", "x") if verb == "edit" else ()
    status, out = run("notes", verb, ids[0][:4], "--library", folder, *more)
    assert status == 1
    assert f"There are several annotations whose ids begin with {ids[0][:4]}." in out
    assert all(f"note {number}" in out for number in range(3))
    assert len(listed(run, folder)) == 3
    for unknown in ("beefbeef", "zz"):
        status, out = run("notes", verb, unknown, "--library", folder, *more)
        assert (status, f"There is no annotation {unknown}" in out) == (1, True)
    status, out = run("notes", verb, "", "--library", folder, *more)
    assert (status, "must not be empty" in out) == (2, True)


def test_an_id_of_one_digit_is_too_short(folder: Path, run: Callable[..., tuple[int, str]]) -> None:
    made = added(run, folder / "other.md", "--note", "the only one")
    status, out = run("notes", "delete", made["id"][:1], "--library", folder)
    assert (status, "too short" in out) == (1, True)
    assert listed(run, folder) == [made]


def test_ids_made_by_other_programs_are_shown_and_found(folder: Path, run: Callable[..., tuple[int, str]]) -> None:
    ids = ("n1", "n10", "N10", "ABCDEF", "abcdef-of-mine")
    with TinyDB(folder / "library.json") as db:
        for each in ids:
            db.table("annotations").insert({"id": each, "article": "other.md", "note": f"about {each}"})
        db.table("annotations").insert({"id": "n1", "article": "deep/tides.md", "note": "about n1"})
    status, out = run("notes", "list", "--library", folder)
    assert status == 0, out
    for each in ids:
        assert f"about {each}" in run("notes", "show", each, folder)[1]
    assert "about abcdef-of-mine" in run("notes", "show", "ABCDEF-", folder)[1]
    status, out = run("notes", "show", "abcd", folder)
    assert status == 1 and "several annotations" in out and "abcdef-of" in out
    assert run("notes", "delete", "n10", "--library", folder)[0] == 0
    assert sorted({each["id"] for each in listed(run, folder)}) == ["ABCDEF", "N10", "abcdef-of-mine", "n1"]


def test_every_verb_takes_the_library_in_the_same_way(folder: Path, run: Callable[..., tuple[int, str]]) -> None:
    made = added(run, folder / "other.md", "--note", "x", "--library", folder)
    assert listed(run, "--library", folder) == [made]
    for arguments in (
        ("notes", "show", made["id"]),
        ("notes", "edit", made["id"], "--tag", "a", "--tag", "b"),
        ("notes", "edit", made["id"], "--tag", "c"),
        ("doctor",),
        ("backup", "list"),
    ):
        status, out = run(*arguments, "--library", folder)
        assert status == 0, out
    assert listed(run, folder)[0]["tags"] == ["c"], "tags take the place of those there were"
    assert run("notes", "edit", made["id"], folder, "--tag", "")[0] == 0
    assert listed(run, folder)[0]["tags"] == []
    status, out = run("notes", "delete", made["id"][:30], made["id"], "--library", folder, "--json")
    assert (status, json.loads(out)) == (0, [made["id"]])


def test_an_edit_without_a_change_is_refused(folder: Path, run: Callable[..., tuple[int, str]]) -> None:
    made = added(run, folder / "other.md", "--note", "x")
    status, out = run("notes", "edit", made["id"], folder)
    assert (status, "nothing to change" in out) == (2, True)


def test_a_note_in_a_library_that_cannot_be_written_has_the_exit_status_of_an_unusable_state(
    folder: Path, run: Callable[..., tuple[int, str]]
) -> None:
    later = '{"meta": {"1": {"format": "tui-reader library", "version": 99}}}'
    (folder / "library.json").write_text(later, encoding="utf-8")
    status, out = run("notes", "add", folder / "other.md", "--note", "x")
    assert (status, "later tui-reader" in out) == (3, True)
    assert run("star", "--library", folder, "words>0")[0] == 3
    assert (folder / "library.json").read_text(encoding="utf-8") == later


def test_an_empty_list_is_reported_on_standard_error(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(*arguments: str) -> tuple[str, str]:
        assert main(["notes", "list", *arguments]) == 0
        said = capsys.readouterr()
        return said.out, said.err

    assert told("--library", str(folder)) == ("", f"There are no annotations in {folder}.\n")
    monkeypatch.chdir(folder)
    assert told("--library", ".") == ("", f"There are no annotations in {folder}.\n")
    assert main(["notes", "add", str(folder / "other.md"), "--note", "x"]) == 0
    capsys.readouterr()
    assert told("--library", str(folder), "--tag", "nope") == ("", "No annotation matches (1 in all).\n")
    assert told("--library", str(folder), "--orphans", "--json") == ("[]\n", "")


def test_notices_about_the_library_go_to_standard_error(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "more").mkdir()
    folders = [str(folder), str(tmp_path / "more")]
    named = [f"--library={each}" for each in folders]
    for verb in (["notes", "list", "--json", *named], ["verify", str(folder / "other.md"), *folders]):
        main(verb)
        said = capsys.readouterr()
        assert f"{folder / 'library.json'} is not used, since several places are open." in said.err
        assert "is not used" not in said.out


@pytest.fixture
def damaged(folder: Path, run: Callable[..., tuple[int, str]]) -> list[Any]:
    """Return three annotations after the state file lost its second half and its previous generation."""
    made = [added(run, folder / "other.md", "--note", f"note {number}") for number in range(3)]
    state = folder / "library.json"
    data = state.read_bytes()
    state.write_bytes(data[: data.index(b"note 1")])
    for path in folder.glob("library.json.*"):
        path.unlink()
    return made


def test_every_verb_reports_a_damaged_state(
    folder: Path, tmp_path: Path, run: Callable[..., tuple[int, str]], damaged: list[Any]
) -> None:
    draft = tmp_path / "draft.md"
    draft.write_text("> The sea comes in twice a day, and nobody has to ask it.\n", "utf-8")
    lost = [each["id"] for each in damaged if "There is no annotation" in run("notes", "show", each["id"], folder)[1]]
    assert lost
    for arguments in (
        ["notes", "list", "--library", folder],
        ["notes", "show", lost[0], folder],
        ["verify", draft, folder],
    ):
        status, out = run(*arguments)
        assert (status, "library.json is damaged" in out) == (3, True), arguments
    added(run, folder / "other.md", "--note", "kept beside it")
    status, out = run("notes", "list", "--library", folder)
    assert status == 3 and "kept beside it" in out


def test_a_damaged_state_of_which_nothing_can_be_read_is_not_called_empty(
    folder: Path, run: Callable[..., tuple[int, str]]
) -> None:
    (folder / "library.json").write_text('{"annotations": {"1": {"id": "x", "arti', "utf-8")
    status, out = run("notes", "list", "--library", folder)
    assert status == 3 and "No annotations can be read" in out and "There are no" not in out


def process(*arguments: object, stdin: bytes = b"", **variables: str) -> subprocess.CompletedProcess[bytes]:
    """Run the program in a process of its own, as a terminal or a script does."""
    return subprocess.run(
        [sys.executable, "-m", "tui_reader", *map(os.fsencode, map(str, arguments))],
        input=stdin,
        capture_output=True,
        cwd=Path(__file__).parents[1],
        env=os.environ | variables,
        check=False,
    )


@pytest.mark.parametrize(
    ("piped", "status", "note"),
    [
        ("\ufeffDu café\r\nsecond".encode(), 0, "Du café\nsecond"),
        ("Du café".encode("latin-1"), 1, ""),
    ],
    ids=["utf-8", "latin-1"],
)
def test_a_note_is_read_from_standard_input_as_utf_8(
    folder: Path, run: Callable[..., tuple[int, str]], piped: bytes, status: int, note: str
) -> None:
    done = process("notes", "add", folder / "other.md", "--note", "-", stdin=piped)
    assert done.returncode == status, done.stderr
    assert [each["note"] for each in listed(run, folder)] == ([note] if note else [])
    assert note or b"Standard input is not text in UTF-8." in done.stderr


@pytest.mark.skipif(sys.platform == "darwin", reason="its file systems refuse names that are no UTF-8")
def test_a_file_name_that_is_not_utf_8_is_written_as_an_escape(folder: Path) -> None:
    file = Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.md"))
    file.write_text("# Coffee\n\nSome words.\n", "utf-8")
    made = process("notes", "add", file, "--note", "déjà vu", "--json", PYTHONIOENCODING="utf-8:strict")
    assert made.returncode == 0, made.stderr
    assert Path(json.loads(made.stdout)["file"]) == file
    done = process("notes", "list", "--library", folder, "--json", PYTHONIOENCODING="utf-8:strict")
    assert [each["note"] for each in json.loads(done.stdout)] == ["déjà vu"]


def test_characters_that_the_encoding_lacks_are_written_as_escapes(
    folder: Path, run: Callable[..., tuple[int, str]]
) -> None:
    added(run, folder / "deep" / "tides.md", "--quote", "it is kept", "--note", "à la 潮 🌊")
    done = process("notes", "list", "--library", folder, PYTHONIOENCODING="latin-1")
    assert done.returncode == 0, done.stderr
    assert b"\\u201cIt is kept\\u201d" in done.stdout and b"\xe0 la \\u6f6e" in done.stdout
    done = process("notes", "list", "--library", folder, "--json", PYTHONIOENCODING="ascii")
    assert json.loads(done.stdout)[0]["note"] == "à la 潮 🌊"


@pytest.mark.parametrize("tag", ["", "#", " # "])
def test_a_tag_without_a_name_is_refused(folder: Path, run: Callable[..., tuple[int, str]], tag: str) -> None:
    for more in ((), ("--note", "x"), ("--quote", "Nothing of note happened")):
        status, out = run("notes", "add", folder / "other.md", "--tag", tag, *more)
        assert (status, "A tag must not be empty." in out) == (2, True)
    assert listed(run, folder) == []


def test_a_file_can_be_named_by_a_link_to_it(folder: Path, run: Callable[..., tuple[int, str]]) -> None:
    link = folder.with_name("link")
    link.symlink_to(folder)
    made = added(run, link / "other.md", "--note", "x", "--library", folder)
    assert made["file"] == str(folder / "other.md")
    assert run("notes", "move", link / "other.md", link / "deep" / "tides.md", "--library", folder)[0] == 0
    assert [each["title"] for each in listed(run, folder)] == ["Tides"]


@pytest.mark.parametrize(
    "verb",
    [
        *(("notes", each) for each in ("list", "show", "add", "edit", "delete")),
        ("verify",),
        ("doctor",),
        ("merge",),
        ("backup", "list"),
        ("backup", "restore"),
    ],
)
def test_the_help_explains_every_argument(verb: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([*verb, "--help"])
    usage, _, told = capsys.readouterr().out.partition("\n\n")
    assert "--library PATH" in usage
    for line in told.splitlines():
        name = line.removeprefix("  ")
        if name[:1].isupper() and name.isupper():
            # A name alone on its line has its explanation below; any other would have none.
            assert told.splitlines()[told.splitlines().index(line) + 1].startswith("      "), line


@pytest.mark.parametrize(
    ("arguments", "place", "status", "said"),
    [
        (["config"], "/dev/full", 1, "Standard output cannot be written: No space left on device."),
        (["config"], "", 1, ""),
        (["--help"], "", 1, ""),
    ],
)
def test_a_full_disk_is_reported_and_a_closed_pipe_is_not(
    arguments: list[str], place: str, status: int, said: str
) -> None:
    if place and not Path(place).exists():
        pytest.skip(f"{place} is not there on this system")
    if place:
        out = os.open(place, os.O_WRONLY)
    else:
        gone, out = os.pipe()
        os.close(gone)
    # With the buffer that a result has in a pipe, whatever the one who runs the tests is used to.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    done = subprocess.run(
        [sys.executable, "-m", "tui_reader", *arguments],
        stdout=out,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[1],
        env=environment,
        check=False,
    )
    os.close(out)
    assert done.returncode == status
    assert said in done.stderr
    assert "Error" not in done.stderr


def test_notes_of_a_missing_file_show_its_name_and_can_be_moved_to_another(
    folder: Path, run: Callable[..., tuple[int, str]]
) -> None:
    made = added(run, folder / "deep" / "tides.md", "--quote", "a tide table is a promise", "--note", "whose?")
    (folder / "deep" / "tides.md").unlink()
    status, out = run("notes", "list", "--library", folder)
    assert status == 0
    assert "Tides (gone: deep/tides.md)" in out and "whose?" in out
    assert "file:    gone: deep/tides.md" in run("notes", "show", made["id"], folder)[1]
    (note,) = listed(run, folder)
    assert (note["title"], note["file"], note["last_file"]) == ("Tides", None, "deep/tides.md")
    other = folder / "other.md"
    status, out = run("notes", "move", "nowhere.md", other)
    assert status == 1 and "nowhere.md has no notes" in out and "deep/tides.md" in out
    other.write_text("# Other\n\nIn short, a tide table is a promise.\n", "utf-8")
    for source in ("deep/tides.md", folder / "deep" / "tides.md"):
        status, out = run("notes", "move", source, other)
        assert (status, out) == (0, "moved 1 note of “Tides” to “Other”\n"), source
        (note,) = listed(run, folder)
        assert (note["file"], note["state"], note["note"]) == (str(other), "moved", "whose?")
        library = open_library([folder])
        library.reading.undo()
        library.close()


def test_notes_of_an_ignored_file_are_listed_as_not_in_the_library(
    folder: Path, run: Callable[..., tuple[int, str]]
) -> None:
    file = folder / "other.md"
    made = added(run, file, "--quote", "happened, twice")
    (folder / ".readerignore").write_text("other.md\n", "utf-8")
    assert listed(run, folder) == [made]
    assert f"Other (not in the library: {file})" in run("notes", "list", "--library", folder)[1]
    assert f"file:    not in the library: {file}" in run("notes", "show", made["id"], folder)[1]
    (folder / ".readerignore").unlink()
    assert "not in the library" not in run("notes", "list", "--library", folder)[1]


@pytest.fixture
def replaced(folder: Path, run: Callable[..., tuple[int, str]]) -> Path:
    """Return a file that contained two articles one after the other; both have a note."""
    file = folder / "today.md"
    for day in ("Monday", "Tuesday"):
        file.write_text(f"---\ntitle: {day}\nid: guid-{day}\n---\n\nIt was {day}.\n", "utf-8")
        added(run, file, "--note", f"about {day}")
    return file


def test_notes_of_an_article_whose_file_was_replaced_are_listed_as_gone(
    replaced: Path, folder: Path, run: Callable[..., tuple[int, str]]
) -> None:
    assert [(each["note"], each["file"], each["last_file"]) for each in listed(run, folder)] == [
        ("about Tuesday", str(replaced), str(replaced)),
        ("about Monday", None, "today.md"),
    ]
    assert "Monday (gone: today.md)" in run("notes", "list", "--library", folder)[1]


@pytest.fixture
def nested_library(folder: Path, monkeypatch: pytest.MonkeyPatch, run: Callable[..., tuple[int, str]]) -> Path:
    """Return a library where a relative path of one file is the location of another; both have a note."""
    for name in ("deep/a.md", "a.md"):
        (folder / name).write_text(f"# {name}\n\nWords.\n", "utf-8")
        added(run, folder / name, "--note", f"about {name}")
    monkeypatch.chdir(folder / "deep")
    return folder


def test_a_relative_path_names_the_file_below_the_current_folder(
    nested_library: Path, run: Callable[..., tuple[int, str]]
) -> None:
    assert run("notes", "move", "a.md", nested_library / "other.md") == (0, "moved 1 note of “deep/a.md” to “Other”\n")
    status, out = run("notes", "move", "a.md", nested_library / "other.md")
    assert status == 1 and "a.md has no notes" in out
    assert run("notes", "move", "../a.md", nested_library / "other.md") == (0, "moved 1 note of “a.md” to “Other”\n")


def test_if_several_articles_had_a_path_only_an_id_can_name_one(
    replaced: Path, folder: Path, run: Callable[..., tuple[int, str]]
) -> None:
    status, out = run("notes", "move", replaced, folder / "other.md")
    assert status == 1 and "guid-Monday  “Monday”" in out and "guid-Tuesday  “Tuesday”" in out
    assert run("notes", "move", "guid-Monday", folder / "other.md") == (0, "moved 1 note of “Monday” to “Other”\n")


def test_notes_are_listed_with_a_file_that_was_moved_and_edited_at_once(
    folder: Path, run: Callable[..., tuple[int, str]]
) -> None:
    added(run, folder / "deep" / "tides.md", "--quote", "a tide table is a promise")
    (folder / "deep" / "tides.md").rename(folder / "ebb.md")
    with (folder / "ebb.md").open("a", encoding="utf-8") as file:
        file.write("\nAnd a line more.\n")
    out = run("notes", "list", "--library", folder)[1]
    assert "ebb.md looks like deep/tides.md: notes kept; undo takes it back" in out and "(gone" not in out
    (note,) = listed(run, folder)
    assert (note["file"], note["state"]) == (str(folder / "ebb.md"), "anchored")


def test_colours_can_be_given_by_name(folder: Path, run: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    settings = tmp_path / "config.toml"
    settings.write_text('colours = ["claim", "evidence", "doubt", "quote", "todo"]\n', encoding="utf-8")
    file, config = folder / "deep" / "tides.md", ("--config", settings)
    made = added(run, file, "--quote", "harbour master", "--colour", "Evidence", *config)
    assert (made["colour"], made["colour_name"]) == (2, "evidence")
    assert run("notes", "edit", made["id"], folder, "--colour", "todo", *config)[0] == 0
    assert len(listed(run, folder, "--colour", "todo", *config)) == 1
    assert not listed(run, folder, "--colour", "1", *config)
    assert run("notes", "list", "--library", folder, "--colour", "pink", *config)[0] == 2
    assert run("notes", "list", "--library", folder, "--colour", "6", *config)[0] == 2


def test_listing_does_not_create_a_library(run: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    assert run("notes", "list")[0] == 0
    draft = tmp_path / "draft.md"
    draft.write_text("> Words that stand nowhere at all.\n", encoding="utf-8")
    assert run("verify", draft)[0] == 1
    assert not (paths.data_dir() / "articles").exists()


def full_disk(*_: object) -> int:
    raise OSError(errno.ENOSPC, "No space left on device")


def ending_thread(*_: object) -> list[Any]:
    raise SystemExit


FAILURES = {
    "a full disk": (Disk, "write_some", full_disk),
    "a thread that ends": (StateFiles, "commit_all", ending_thread),
}


@pytest.mark.parametrize("verb", ["add", "edit", "delete"])
@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_change_that_was_not_saved_is_never_reported_as_done(
    folder: Path, run: Callable[..., tuple[int, str]], monkeypatch: pytest.MonkeyPatch, verb: str, failure: str
) -> None:
    file = folder / "deep" / "tides.md"
    made = added(run, file, "--quote", "Some harbours dry out", "--note", "first")
    arguments: dict[str, tuple[object, ...]] = {
        "add": ("add", file, "--quote", "a promise", "--note", "second", "--json"),
        "edit": ("edit", made["id"], folder, "--note", "changed"),
        "delete": ("delete", made["id"], "--library", folder),
    }
    with monkeypatch.context() as patch:
        patch.setattr(*FAILURES[failure])
        status, out = run("notes", *arguments[verb])
    assert status == 3, out
    assert "NOT saved" in out
    assert "second" not in out
    assert [each["note"] for each in listed(run, folder)] == ["first"]


def test_a_hostile_conflict_copy_does_not_prevent_saving_a_note(
    folder: Path, run: Callable[..., tuple[int, str]]
) -> None:
    header = '"format":"tui-reader library","version":1,"bytes":90,"crc32":1,"tables":{"articles":[1e400,1e400]}'
    copy = folder / "library.sync-conflict-20240501-101010-ABCDEF.json"
    copy.write_text('{"meta": {\n"1": {' + header + '}\n},\n"articles": {}}\n')
    made = added(run, folder / "deep" / "tides.md", "--quote", "a promise", "--note", "kept")
    assert [each["id"] for each in listed(run, folder)] == [made["id"]]
