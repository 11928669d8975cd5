"""The settings: the commented file, and a sentence for each error in it."""

from __future__ import annotations

import dataclasses
import tomllib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_reader import config
from tui_reader.config import Settings
from tui_reader.errors import ConfigError
from tui_reader.model.query import Sort

if TYPE_CHECKING:
    from pathlib import Path


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "config.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def warnings_of(folder: Path, text: str) -> tuple[str, ...]:
    settings, warnings = config.load(write(folder, text))
    assert settings == Settings()
    return warnings


def uncommented(text: str) -> str:
    """Return the commented file with every setting uncommented, but for filing rules and keys."""
    lines = text.partition("#[[rules]]")[0].splitlines()
    return "\n".join(line.removeprefix("#") if not line.startswith("# ") else line for line in lines)


def test_the_commented_file_changes_nothing(tmp_path: Path) -> None:
    assert config.load(write(tmp_path, config.default_text())) == (Settings(), ())


def test_the_commented_file_names_every_setting_with_its_default(tmp_path: Path) -> None:
    text = uncommented(config.default_text())
    assert set(tomllib.loads(text)) == {field.name for field in dataclasses.fields(Settings)} - {"keys", "rules"}
    assert config.load(write(tmp_path, text)) == (Settings(), ())


def test_the_keys_of_the_commented_file_are_an_example_that_works(tmp_path: Path) -> None:
    keys = "#[keys]" + config.default_text().partition("#[keys]")[2]
    settings, warnings = config.load(write(tmp_path, keys.replace("#", "")))
    assert (settings.keys, warnings) == ({"star": ("s", "f5")}, ())


def test_the_commented_file_fits_a_wide_terminal() -> None:
    assert max(map(len, config.default_text().splitlines())) <= 120


def test_settings_of_the_file_are_used(tmp_path: Path) -> None:
    text = """
        theme = "nord"
        measure = 80
        density = "compact"
        sort = "longest first"
        preview = false
        mark_read_on_open = false
        mouse = false
        browser = "firefox --new-tab"
        copy_command = "wl-copy"
        editor = "vi"
        ignore = ["drafts/", "*.bak"]
        max_file_mb = 8
        [keys]
        star = "f5"
        archive = ["e", "g e"]
        undo = []
    """
    expected = Settings(
        theme="nord",
        measure=80,
        density="compact",
        sort=Sort.LONGEST,
        preview=False,
        mark_read_on_open=False,
        mouse=False,
        browser="firefox --new-tab",
        copy_command="wl-copy",
        editor="vi",
        ignore=("drafts/", "*.bak"),
        max_file_mb=8,
        keys={"star": ("f5",), "archive": ("e", "g e"), "undo": ()},
    )
    settings, warnings = config.load(write(tmp_path, text))
    assert (settings, warnings) == (expected, ())
    assert type(settings.sort) is Sort


def test_a_misspelt_setting_is_reported_with_what_was_meant(tmp_path: Path) -> None:
    assert warnings_of(tmp_path, "mesure = 80") == ("There is no setting “mesure”. Did you mean “measure”?",)
    assert warnings_of(tmp_path, "[key]\ns = 1") == ("There is no setting “key”. Did you mean “keys”?",)
    assert warnings_of(tmp_path, "qqqqq = 80") == ("There is no setting “qqqqq”.",)


def test_the_name_of_an_unknown_setting_cannot_control_the_terminal(tmp_path: Path) -> None:
    (warning,) = warnings_of(tmp_path, '"\\u001b]0;x" = 1')
    assert warning.isprintable()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('measure = "wide"', "a whole number from 30 to 200; 72 is used"),
        ("measure = 12", "a whole number from 30 to 200; 72 is used"),
        ("measure = true", "a whole number from 30 to 200; 72 is used"),
        ("measure = 72.5", "a whole number from 30 to 200; 72 is used"),
        ('mouse = "no"', "true or false; true is used"),
        ("mouse = 1", "true or false; true is used"),
        ('theme = ""', 'a name between quotation marks; "auto" is used'),
        ('sort = "random"', '"newest first" is used'),
        ("density = 2", 'one of "auto", "comfortable", "compact"; "auto" is used'),
        ('ignore = "*.bak"', "a list of texts"),
        ("ignore = [1]", "a list of texts"),
        ("browser = false", 'a text between quotation marks; "" is used'),
        ("keys = 5", "must be a table"),
        ("[keys]\nstar = 5", '[keys] star must be a key or a list of keys, such as ["s", "f5"]'),
        ('[keys]\nstar = ["s", 5]', "[keys] star must be a key or a list of keys"),
    ],
)
def test_a_setting_of_the_wrong_kind_is_reported_and_its_default_used(line: str, expected: str, tmp_path: Path) -> None:
    (warning,) = warnings_of(tmp_path, line)
    assert expected in warning


def test_one_wrong_setting_does_not_affect_the_others(tmp_path: Path) -> None:
    settings, warnings = config.load(write(tmp_path, 'mouse = "no"\nmeasure = 90\n[keys]\nstar = 1\nread = "m"'))
    assert (settings.measure, settings.keys) == (90, {"read": ("m",)})
    assert len(warnings) == 2


def test_a_byte_order_mark_does_not_matter(tmp_path: Path) -> None:
    settings, warnings = config.load(write(tmp_path, b"\xef\xbb\xbfmeasure = 90"))
    assert (settings.measure, warnings) == (90, ())


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"measure = 90\nmeasure 80", "line 2"),
        (b"measure = 90\n# caf\xe9", "not UTF-8 (at line 2)"),
        (b"x = " + b"[" * 100_000, "nested too deeply"),
    ],
)
def test_a_file_that_is_not_toml_is_an_error_with_its_position_and_a_hint(
    data: bytes, reason: str, tmp_path: Path
) -> None:
    path = write(tmp_path, data)
    with pytest.raises(ConfigError) as caught:
        config.load(path)
    assert str(path) in caught.value.message
    assert reason in caught.value.message
    assert "--no-config" in caught.value.hint
    assert caught.value.exit_code == 2


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="do not exist"):
        config.load(tmp_path / "absent.toml")
    with pytest.raises(ConfigError, match="are a folder"):
        config.load(tmp_path)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_either_read_or_refused_with_a_config_error(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = write(tmp_path_factory.getbasetemp(), data)
    try:
        settings, warnings = config.load(path)
    except ConfigError as error:
        assert str(path) in error.message
    else:
        assert dataclasses.replace(settings) == settings
        assert all(warning.isprintable() for warning in warnings)


def test_the_commented_file_is_written_once(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "config.toml"
    config.write_default(path)
    assert path.read_text("utf-8") == config.default_text()
    path.write_text("measure = 90")
    with pytest.raises(ConfigError, match="exists already"):
        config.write_default(path)
    assert path.read_text() == "measure = 90"


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be written"):
        config.write_default(tmp_path / "file" / "config.toml")
