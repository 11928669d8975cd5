"""Pictures are measured and drawn in a process, even if they are malicious or damaged."""

from __future__ import annotations

import base64
import io
import re
import struct
import zlib
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from tui_reader.document.figures import PictureSize
from tui_reader.services.articles.picture_files import copy_picture, draw_picture, measure_pictures
from tui_reader.services.articles.pictures import DrawnPicture, PictureRequest
from tui_reader.services.library.events import PicturesDrawn, PicturesMeasured
from tui_reader.services.library.picture_forms import PIXELS, PNG, SIXEL

if TYPE_CHECKING:
    from pathlib import Path

    from tests.services.conftest import Opener

RED, BLUE = (255, 0, 0), (0, 0, 255)


def halves(path: Path, kind: str = "PNG", size: tuple[int, int] = (64, 32), **options: Any) -> Path:
    """Write a picture that is red above and blue below."""
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (0, size[1] // 2, size[0], size[1]))
    image.save(path, kind, **options)
    return path


def measured(*paths: Path) -> dict[str, list[int]]:
    arguments = {"file": "", "limit": 10**7, "pictures": [[path.name, str(path)] for path in paths]}
    sizes: dict[str, list[int]] = measure_pictures(arguments)["sizes"]
    return sizes


def drawn(path: Path, columns: int, rows: int, *, is_box: bool = False, form: str = PIXELS) -> dict[str, Any]:
    return draw_picture(
        {
            "file": "",
            "limit": 10**7,
            "picture": ["", str(path)],
            "columns": columns,
            "rows": rows,
            "is_box": is_box,
            "form": form,
            "cell_height": 20,
        }
    )


def near(pixel: bytes, colour: tuple[int, int, int]) -> bool:
    return all(abs(one - other) < 12 for one, other in zip(pixel, colour, strict=True))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF"])
def test_pictures_of_each_format_are_measured_and_drawn(tmp_path: Path, kind: str) -> None:
    path = halves(tmp_path / f"a.{kind.lower()}", kind)
    assert measured(path) == {path.name: [64, 32]}
    pixels = base64.b64decode(drawn(path, 8, 4)["data"])
    assert len(pixels) == 3 * 8 * 4
    assert near(pixels[:3], RED)
    assert near(pixels[-3:], BLUE)


def test_a_picture_is_rotated_by_its_exif_data(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    path = halves(tmp_path / "a.jpg", "JPEG", exif=exif)
    assert measured(path) == {"a.jpg": [32, 64]}
    pixels = base64.b64decode(drawn(path, 4, 8)["data"])
    assert near(pixels[:3], BLUE)
    assert near(pixels[9:12], RED)


def test_a_transparent_picture_is_drawn_on_white(tmp_path: Path) -> None:
    Image.new("RGBA", (16, 16), (0, 0, 0, 0)).save(tmp_path / "a.png")
    assert base64.b64decode(drawn(tmp_path / "a.png", 2, 2)["data"]) == b"\xff" * 12


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "I;16", "I", "F", "CMYK"])
def test_pictures_of_all_modes_are_drawn(tmp_path: Path, mode: str) -> None:
    Image.new(mode, (16, 16)).save(tmp_path / "a.tiff")
    assert len(base64.b64decode(drawn(tmp_path / "a.tiff", 2, 2)["data"])) == 12


def test_a_picture_fitted_into_a_box_keeps_its_proportions(tmp_path: Path) -> None:
    path = halves(tmp_path / "a.png", size=(640, 320))
    answer = drawn(path, 100, 200, is_box=True)
    assert (answer["columns"], answer["rows"]) == (100, 50)


def test_a_terminal_with_a_picture_protocol_gets_a_scaled_png(tmp_path: Path) -> None:
    answer = drawn(halves(tmp_path / "a.jpg", "JPEG"), 40, 20, form=PNG)
    with Image.open(io.BytesIO(base64.b64decode(answer["data"]))) as image:
        assert (image.format, image.size) == ("PNG", (40, 20))


def test_sixels_are_a_line_for_each_row_of_cells_in_the_same_colours(tmp_path: Path) -> None:
    answer = drawn(halves(tmp_path / "a.png"), 80, 60, form=SIXEL)
    lines = base64.b64decode(answer["data"]).decode("ascii").split("\n")
    assert [re.match(r'\x1bP[0-9;]*q"1;1;(\d+;\d+)', line)[1] for line in lines] == ["80;20"] * 3  # type: ignore[index]
    assert all(line.endswith("\x1b\\") for line in lines)
    assert ["2;100;0;0" in line for line in lines] == [True, True, False]
    assert ["2;0;0;100" in line for line in lines] == [False, True, True]


def png_of_size(width: int, height: int) -> bytes:
    """Return a PNG that claims a size, with hardly any data."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1_000)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        png_of_size(100_000, 100_000),
        png_of_size(2**31 - 1, 2**31 - 1),
        b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
        b"\xff\xd8\xff\xe0" + b"\xff" * 1_000,
    ],
    ids=["empty", "text", "svg", "eps", "huge", "overflow", "damaged png", "damaged jpeg"],
)
def test_files_that_are_not_pictures_or_too_large_are_left_out(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.png").write_bytes(data)
    assert measured(tmp_path / "a.png") == {}
    assert drawn(tmp_path / "a.png", 8, 8)["data"] is None


def test_pictures_beyond_the_limit_of_bytes_are_not_read(tmp_path: Path) -> None:
    path = halves(tmp_path / "a.bmp", "BMP")
    with path.open("ab") as file:
        file.truncate(21_000_000)
    assert measured(path) == {}


def test_the_library_announces_sizes_and_pictures(opened: Opener, tmp_path: Path) -> None:
    folder = tmp_path / "shelf"
    (folder / "img").mkdir(parents=True)
    halves(folder / "img" / "a.png", size=(160, 160))
    (tmp_path / "outside.png").write_bytes((folder / "img" / "a.png").read_bytes())
    (folder / "a.md").write_text(
        "# Title\n\n![](img/a.png)\n\n![](../outside.png)\n\n![](https://example.org/a.png)\n\n![](none.png)\n", "utf-8"
    )
    owner = opened(folder).scanned()
    (article,) = [headline.id for headline in owner.headlines().values()]
    library = owner.library
    library.documents.want(article)
    owner.until(lambda: library.documents.get(article))
    document = library.documents.get(article)
    assert document is not None
    pictures = library.pictures
    assert pictures.sizes(article, document) == {}
    owner.until(lambda: any(isinstance(event, PicturesMeasured) for event in owner.events))
    assert pictures.sizes(article, document) == {"img/a.png": PictureSize(160, 160)}
    request = PictureRequest(article, "img/a.png", 8, 8)
    pictures.want([request, PictureRequest(article, "none.png", 8, 8)])
    owner.until(lambda: sum(isinstance(event, PicturesDrawn) for event in owner.events) == 2)
    found = pictures.get(request)
    assert found is not None
    assert near(found.data[:3], RED)
    assert pictures.get(PictureRequest(article, "none.png", 8, 8)) == DrawnPicture(
        8, 8, b"", "it is neither in the file of the article nor in the library"
    )


def test_a_picture_in_the_file_of_an_article_can_be_copied_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "JPEG")
    monkeypatch.setattr(
        "tui_reader.services.articles.content.Content.resource",
        lambda _, target: buffer.getvalue() if target == "a" else None,
    )
    (tmp_path / "a.md").write_text("x", "utf-8")
    arguments = {"file": str(tmp_path / "a.md"), "limit": 10**6, "picture": ["a", ""]}
    answer = copy_picture(arguments)
    assert base64.b64decode(answer["bytes"]) == buffer.getvalue()
    assert answer["suffix"] == ".jpeg"
    assert copy_picture({**arguments, "picture": ["b", ""]}) == {"bytes": None}


def large_png(width: int, height: int) -> bytes:
    """Return the head of a PNG file that states a size."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head)) + data


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (None, "there is no file a.png"),
        (b"", "damaged, or no picture of a known kind"),
        (b"words", "damaged, or no picture of a known kind"),
        (b"\n<svg xmlns='http://www.w3.org/2000/svg'/>", "vectors (SVG)"),
        (large_png(100_000, 100_000), "more than 40 million pixels"),
        (b"\0" * 20_000_001, "larger than 20 MB"),
    ],
    ids=["missing", "empty", "text", "vectors", "pixels", "bytes"],
)
def test_a_picture_that_is_not_drawn_has_a_reason(tmp_path: Path, data: bytes | None, reason: str) -> None:
    path = tmp_path / "a.png"
    if data is not None:
        path.write_bytes(data)
    answer = drawn(path, 8, 8)
    assert answer["data"] is None
    assert reason in answer["reason"]


def test_a_picture_that_is_neither_in_the_article_nor_in_the_library_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("![](x:1)\n", "utf-8")
    arguments = {"file": str(tmp_path / "a.md"), "limit": 1_000, "picture": ["x:1", ""], "columns": 8, "rows": 8}
    answer = draw_picture({**arguments, "is_box": False, "form": PIXELS, "cell_height": 2})
    assert answer == {"data": None, "reason": "it is neither in the file of the article nor in the library"}
