"""The folders of the program's own files on each system."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tui_reader import paths
from tui_reader.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

PLACES: dict[Callable[[], Path], tuple[str, str]] = {
    paths.data_dir: ("XDG_DATA_HOME", ".local/share/tui-reader"),
    paths.config_dir: ("XDG_CONFIG_HOME", ".config/tui-reader"),
    paths.cache_dir: ("XDG_CACHE_HOME", ".cache/tui-reader"),
    paths.log_file: ("XDG_STATE_HOME", ".local/state/tui-reader/tui-reader.log"),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_an_xdg_variable_is_used_on_every_system(
    place: Callable[[], Path], platform: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    variable, _ = PLACES[place]
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setenv(variable, str(tmp_path))
    assert place().is_relative_to(tmp_path / "tui-reader")


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("value", ["", "relative/folder"])
def test_an_xdg_variable_that_names_no_absolute_path_is_ignored(
    place: Callable[[], Path], value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    variable, usual = PLACES[place]
    monkeypatch.setenv(variable, value)
    assert place() == Path.home() / usual


def test_without_variables_the_folders_are_those_of_platformdirs(monkeypatch: pytest.MonkeyPatch) -> None:
    import platformdirs

    for variable, _ in PLACES.values():
        monkeypatch.delenv(variable)
    assert paths.data_dir() == platformdirs.user_data_path("tui-reader")
    assert paths.config_dir() == platformdirs.user_config_path("tui-reader")
    assert paths.cache_dir() == platformdirs.user_cache_path("tui-reader")
    assert paths.log_file().parent == platformdirs.user_state_path("tui-reader")


@pytest.mark.parametrize("place", PLACES)
def test_macos_uses_its_own_folders(place: Callable[[], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    import platformdirs
    from platformdirs.macos import MacOS

    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(platformdirs, "PlatformDirs", MacOS)
    monkeypatch.delenv(PLACES[place][0])
    assert place().is_relative_to(Path.home() / "Library")


def test_without_a_home_folder_an_error_names_the_variable_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setattr(Path, "home", no_home)
    with pytest.raises(UsageError, match="XDG_DATA_HOME"):
        paths.data_dir()


def test_asking_for_a_folder_does_not_create_it() -> None:
    for place in PLACES:
        assert not place().exists()
