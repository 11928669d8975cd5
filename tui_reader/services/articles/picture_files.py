"""Jobs of the process that decodes pictures: measure them, and draw them as pixels, PNG or sixels.

Pictures are untrusted data: they are decoded in a separate process with limits of time and memory, and those beyond
20 MB or 40 megapixels are rejected before they are decoded. Vector graphics (SVG) are not drawn.
"""

from __future__ import annotations

import base64
import io
import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tui_reader.document.cleaning import clean_line
from tui_reader.services.articles.content import Content, read_content
from tui_reader.services.library import picture_forms
from tui_reader.sources.files import MEGABYTE, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from PIL.Image import Image

# Names of the functions of this module that the decoding process calls.
MEASURE_FUNCTION = f"{__name__}:measure_pictures"
DRAW_FUNCTION = f"{__name__}:draw_picture"
COPY_FUNCTION = f"{__name__}:copy_picture"
MOST_BYTES = 20 * MEGABYTE
MOST_PIXELS = 40_000_000
MOST_MEASURED = 2_000
"""Maximum number of pictures of a document that are measured; others are shown only by their description."""
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "AVIF", "BMP", "TIFF", "ICO", "PPM")
"""Formats that are decoded. Pillow's other formats are rare, run other programs (EPS) or had more security bugs."""
_TOO_LARGE = f"it is larger than {MOST_BYTES // MEGABYTE} MB"
_TOO_MANY = f"it has more than {MOST_PIXELS // 1_000_000} million pixels"
_VECTORS = "it consists of vectors (SVG), which are not drawn here"
_UNKNOWN = "it is damaged, or no picture of a known kind"
_ABSENT = "it is neither in the file of the article nor in the library"
_WHITE = (255, 255, 255)

_last: list[tuple[tuple[str, int], Content]] = []
"""A cache of one entry: path and modification time of the file with the last picture, and its content."""


class PictureSource(NamedTuple):
    """The location of a picture's bytes."""

    target: str
    """`Block.target` of the figure, for a picture in the file of the article."""
    path: str = ""
    """Path of the picture's own file; empty if the picture is in the file of the article."""


def measure_pictures(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the sizes of pictures in pixels by target; runs in the decoding process.

    Pictures that cannot be drawn are left out. Only their heads are read.

    Args:
        arguments: `file` and `limit` of the article, and `pictures`, a list of the fields of `PictureSource`.
    """
    sizes: dict[str, list[int]] = {}
    for target, path in arguments["pictures"][:MOST_MEASURED]:
        with _opened(arguments, PictureSource(target, path)) as (image, _):
            if image is not None:
                sizes[target] = list(_upright_size(image))
    return {"sizes": sizes}


def draw_picture(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return a picture, scaled to a size, in one of `picture_forms`; runs in the decoding process.

    Args:
        arguments: `file` and `limit` of the article, `picture`, the fields of a `PictureSource`, the size in pixels,
            `columns` and `rows`, `is_box`, True to keep the proportions of the picture within that size, `form`, one of
            `picture_forms`, and `cell_height`, the height of a cell in pixels, for sixels.

    Returns:
        `columns` and `rows` of the result, and its `data` in base64: values of red, green and blue, row by row, a PNG
        file, or sixels, a line for each row of cells; None if the picture cannot be drawn, for the `reason`.
    """
    columns, rows = arguments["columns"], arguments["rows"]
    with _opened(arguments, PictureSource(*arguments["picture"])) as (image, reason):
        if image is None:
            return {"data": None, "reason": reason}
        if arguments["is_box"]:
            width, height = _upright_size(image)
            scale = min(columns / width, rows / height)
            columns, rows = max(1, round(width * scale)), max(2, round(height * scale / 2) * 2)
        pixels = _flattened(image, (columns, rows)).resize((columns, rows), reducing_gap=2.0)
    match arguments["form"]:
        case picture_forms.PNG:
            data = _png(pixels)
        case picture_forms.SIXEL:
            data = _sixels(pixels, arguments["cell_height"])
        case _:
            data = pixels.tobytes()
    return {"columns": columns, "rows": rows, "data": base64.b64encode(data).decode("ascii")}


def copy_picture(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the bytes of a picture in the file of an article, and the usual suffix of its format.

    Args:
        arguments: `file` and `limit` of the article, and `picture`, the fields of a `PictureSource`.

    Returns:
        `bytes` in base64, and `suffix`, such as `.png`; `bytes` is None if it is not a picture that can be drawn.
    """
    source = PictureSource(*arguments["picture"])
    data, _ = _bytes_of(arguments, source)
    with _opened(arguments, source) as (image, _):
        if data is None or image is None:
            return {"bytes": None}
        suffix = f".{(image.format or 'png').lower()}"
    return {"bytes": base64.b64encode(data).decode("ascii"), "suffix": suffix}


@contextmanager
def _opened(arguments: Mapping[str, Any], source: PictureSource) -> Iterator[tuple[Image | None, str]]:
    """Open a picture without decoding it, for a `with` block that receives the picture and an unused text.

    If it cannot be read, is not a picture or is too large, the block receives None and the reason.

    Args:
        arguments: `file` and `limit` of the article.
        source: The location of the picture.
    """
    from PIL import Image  # noqa: PLC0415 - only the decoding process needs it

    data, reason = _bytes_of(arguments, source)
    if data is not None and len(data) > MOST_BYTES:
        data, reason = None, _TOO_LARGE
    image: Image.Image | None = None
    if data is not None:
        reason = _VECTORS if data.lstrip()[:1] == b"<" and b"<svg" in data[:4_096] else _UNKNOWN
        try:
            with warnings.catch_warnings(action="ignore"):
                image = Image.open(io.BytesIO(data), formats=_FORMATS)
        except MemoryError:
            raise
        except Image.DecompressionBombError:
            reason = _TOO_MANY
        except Exception:  # noqa: BLE001 - Pillow raises errors of many kinds for damaged pictures
            image = None
    try:
        if image is not None and image.width * image.height > MOST_PIXELS:
            yield None, _TOO_MANY
        else:
            yield image, reason
    finally:
        if image is not None:
            image.close()


def _bytes_of(arguments: Mapping[str, Any], source: PictureSource) -> tuple[bytes | None, str]:
    """Return the bytes of a picture and an empty string; None and the reason if they cannot be read."""
    try:
        if source.path:
            path = Path(source.path)
            return (path.read_bytes(), "") if path.stat().st_size <= MOST_BYTES else (None, _TOO_LARGE)
        data = _content(arguments).resource(source.target)
    except FileNotFoundError as error:
        return None, f"there is no file {clean_line(Path(error.filename or source.target).name)}"
    except (OSError, UnreadableError, ValueError) as error:
        return None, f"its file cannot be read: {clean_line(getattr(error, 'strerror', '') or str(error))}"
    if data is not None:
        return data, ""
    is_page = source.target.startswith("page:")
    return None, "the page cannot be drawn, or its pictures are too large" if is_page else _ABSENT


def _content(arguments: Mapping[str, Any]) -> Content:
    """Return the content of the article's file, `file` of `arguments` with at most `limit` bytes.

    Consecutive calls for one file read it again only if it has changed.
    """
    path = Path(arguments["file"])
    key = str(path), path.stat().st_mtime_ns
    if not _last or _last[0][0] != key:
        _last[:] = [(key, read_content(path, arguments["limit"]))]
    return _last[0][1]


def _png(image: Image) -> bytes:
    """Return a picture as a PNG file with fast compression, since it is sent to the terminal only once."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def _sixels(image: Image, cell_height: int) -> bytes:
    """Return a picture as sixels, one line for each row of cells, so that it can be scrolled by rows.

    All rows share one palette, so that their colours match.
    """
    from tui_reader.services.articles.sixels import sixels_of  # noqa: PLC0415 - few terminals need it

    shared = image.quantize(colors=256)
    tops = range(0, image.height, cell_height)
    rows = (shared.crop((0, top, image.width, min(top + cell_height, image.height))) for top in tops)
    return "\n".join(map(sixels_of, rows)).encode("ascii")


def _upright_size(image: Image) -> tuple[int, int]:
    """Return the width and height of a picture after the rotation in its EXIF data, in pixels."""
    turned = image.getexif().get(0x0112, 1) in (5, 6, 7, 8)
    return (image.height, image.width) if turned else image.size


def _flattened(image: Image, size: Sequence[int]) -> Image:
    """Return a picture rotated by its EXIF data, in RGB, with white for transparent parts.

    Args:
        image: The picture.
        size: Width and height in pixels at which it will be drawn: a JPEG is decoded in a size near it, to save time.
    """
    from PIL import Image as Images  # noqa: PLC0415 - see `_opened`
    from PIL import ImageOps  # noqa: PLC0415

    # A JPEG is decoded at a fraction of its size, which takes a fraction of the time.
    image.draft("RGB", (size[0] * 2, size[1] * 2))
    upright = ImageOps.exif_transpose(image)
    if upright.mode in ("RGB", "L"):
        return upright.convert("RGB")
    if upright.mode.startswith("I") or upright.mode == "F":
        upright = ImageOps.autocontrast(upright.convert("F").convert("L"))
    layered = upright.convert("RGBA")
    return Images.alpha_composite(Images.new("RGBA", layered.size, (*_WHITE, 255)), layered).convert("RGB")
