"""Something other than a regular file with the name of one of our files is neither followed, written nor waited for."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.storage.obstacles import KINDS, everything, make_outside, put
from tui_reader.storage.snapshot.disk import Disk, RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

FLAGS = {
    "read": os.O_RDONLY,
    "write": os.O_WRONLY,
    "append": os.O_RDWR | os.O_APPEND,
    "append or create": os.O_RDWR | os.O_CREAT | os.O_APPEND,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "library").mkdir()
    return tmp_path / "library"


class Obstacle(NamedTuple):
    """Something other than a regular file with the name of a file, and the folder that it may lead to."""

    kind: str
    path: Path
    outside: Path


@pytest.fixture(params=KINDS)
def obstacle(folder: Path, request: pytest.FixtureRequest) -> Iterator[Obstacle]:
    """Return an obstacle of each kind; the test fails if it changes what is outside the folder."""
    made = Obstacle(request.param, folder / "file", make_outside(folder.parent / "outside"))
    if not put(made.kind, made.path, made.outside):
        pytest.skip("needs root")
    before = everything(made.outside)
    yield made
    assert everything(made.outside) == before


@pytest.mark.parametrize("flags", FLAGS.values(), ids=FLAGS)
def test_only_regular_files_are_opened(obstacle: Obstacle, flags: int) -> None:
    path = obstacle.path
    disk = Disk()
    with pytest.raises(RefusedError, match=r"so it is not used\. Remove it, or move it away"):
        disk.open(str(path), flags)
    assert disk.refused[str(path)].startswith(f"{path} is a ")


def test_a_new_file_is_not_created_under_an_existing_name(obstacle: Obstacle) -> None:
    with pytest.raises(FileExistsError):
        Disk().open(str(obstacle.path), os.O_RDWR | os.O_CREAT | os.O_EXCL)


def test_renaming_and_removing_affect_a_link_and_not_its_target(obstacle: Obstacle, folder: Path) -> None:
    kind, path, outside = obstacle
    disk = Disk()
    if kind == "folder":
        with pytest.raises(RefusedError, match="is a folder"):
            disk.create(str(path))
        (folder / "new").touch()
        with pytest.raises(RefusedError, match="is a folder"):
            disk.rename(str(folder / "new"), str(path))
    else:
        disk.close(disk.create(str(path)))
        assert path.is_file()
        assert not path.is_symlink()
        put(kind, path, outside)
        (folder / "new").write_text("new")
        disk.rename(str(folder / "new"), str(path))
        assert path.read_text() == "new"
        assert not path.is_symlink()


@pytest.mark.parametrize("work", ["open", "create", "rename", "link", "unlink", "names", "sync", "make"])
def test_a_link_with_the_name_of_a_folder_is_not_followed(folder: Path, work: str) -> None:
    outside = make_outside(folder.parent / "outside")
    (folder / "file").write_text("mine")
    (folder / ".backups").symlink_to(outside / "folder")
    before = everything(outside)
    disk, inside = Disk(), str(folder / ".backups" / "library-2001-01-01.json")
    calls: dict[str, Callable[[], object]] = {
        "open": lambda: disk.open(inside, os.O_RDONLY),
        "create": lambda: disk.create(inside),
        "rename": lambda: disk.rename(str(folder / "file"), inside),
        "link": lambda: disk.link(str(folder / "file"), inside + "2"),
        "unlink": lambda: disk.unlink(inside),
        "names": lambda: disk.names(str(folder / ".backups")),
        "sync": lambda: disk.sync_folder(str(folder / ".backups")),
        "make": lambda: disk.make_folder(str(folder / ".backups")),
    }
    with pytest.raises(RefusedError, match="is a symbolic link, not a folder"):
        calls[work]()
    assert list(disk.refused) == [str(folder / ".backups")]
    assert everything(outside) == before


def test_a_symbolic_link_is_not_hard_linked(folder: Path) -> None:
    outside = make_outside(folder.parent / "outside")
    (folder / "file").symlink_to(outside / "file")
    with pytest.raises(RefusedError, match="is a symbolic link"):
        Disk().link(str(folder / "file"), str(folder / "second"))
    assert (outside / "file").stat().st_nlink == 1
    assert not (folder / "second").is_symlink()


def test_a_file_that_is_replaced_by_a_pipe_while_it_is_opened_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "file"
    path.write_text("mine")
    original = os.open

    def exchange(name: str, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        if name == "file" and path.is_file():
            path.unlink()
            os.mkfifo(path)
        return original(name, flags, mode, dir_fd=dir_fd)

    monkeypatch.setattr(os, "open", exchange)
    monkeypatch.setattr(os, "supports_dir_fd", {exchange, *os.supports_dir_fd})
    with pytest.raises(RefusedError, match="is a named pipe"):
        Disk().open(str(path), os.O_RDONLY)


@pytest.mark.parametrize("flags", FLAGS.values(), ids=FLAGS)
def test_regular_files_are_opened_and_block(folder: Path, flags: int) -> None:
    path = folder / "file"
    if not flags & os.O_CREAT:
        path.touch()
    handle = Disk().open(str(path), flags)
    assert os.get_blocking(handle)
    assert not os.get_inheritable(handle)
    os.close(handle)
    assert path.stat().st_mode & 0o777 == (0o600 if flags & os.O_CREAT else path.stat().st_mode & 0o777)


def test_errors_name_the_whole_path(folder: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        Disk().open(str(folder / "absent"), os.O_RDONLY)
    assert caught.value.filename == str(folder / "absent")
    with pytest.raises(FileNotFoundError) as caught:
        Disk().unlink(str(folder / "absent"))
    assert caught.value.filename == str(folder / "absent")
