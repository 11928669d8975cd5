"""Supplies the screen with the pictures of the shown article: half blocks, or images that the terminal draws."""

from __future__ import annotations

import os
import struct
from collections import OrderedDict
from contextlib import suppress
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.services.library.picture_forms import PIXELS, PNG, SIXEL
from tui_reader.tui.terminal_query import draws_placeholders, is_multiplexed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from textual.app import App

    from tui_reader.document.blocks import Document
    from tui_reader.document.figures import PictureSize
    from tui_reader.services.articles.pictures import DrawnPicture, PictureRequest
    from tui_reader.tui.screens.reading.reading_host import Program
    from tui_reader.tui.screens.reading.state import ReadingScreenState
    from tui_reader.tui.widgets.article_pane.layers.pictures import WantedPicture
    from tui_reader.tui.widgets.article_pane.painted_pictures import PaintedPicture, PlacedImage

_NONE: Mapping[str, PictureSize] = MappingProxyType({})
USUAL_CELL = (10, 20)
"""Width and height of a cell in pixels if the terminal does not report them; kitty scales images to cells anyway."""
KEPT_IMAGES = 64
"""Maximum number of images that are kept in the terminal; a screen shows five or six."""


class CellSize(NamedTuple):
    """Size of a cell in pixels."""

    width: int
    height: int


class ArticlePictures:
    """Supplies the screen with the pictures of the shown article. Used in the thread of the app."""

    def __init__(self, app: App[Any], program: Program, state: ReadingScreenState) -> None:
        self._app, self._program, self._state = app, program, state
        self._images: OrderedDict[PictureRequest, PlacedImage] = OrderedDict()
        """The images in the terminal, the last used last."""
        self._last_number = os.getpid() % 0xFFFF * 0x80
        """Number of the image sent last. Numbers start at a multiple of the process id, so that two programs in one
        terminal use different ones."""
        app.app_resume_signal.subscribe(app, lambda _: self._images.clear())

    def sizes(self, document: Document) -> Mapping[str, PictureSize]:
        """Return the sizes of pictures by target; empty until they are known, and where no picture is drawn.

        Args:
            document: A document that contains pictures: the first call starts the process that reads them.
        """
        state = self._state
        if state.shown is None or state.settings.pictures == "off" or not self._can_draw():
            return _NONE
        return state.library.pictures.sizes(state.shown, document)

    def painted(self, picture: WantedPicture) -> PaintedPicture | None:
        """Return a picture, with 0 columns if it cannot be drawn; None while it is being drawn."""
        request = self._request(picture)
        drawn = self._state.library.pictures.get(request) if request is not None else None
        if request is None or drawn is None:
            return None
        # See `_request`.
        from tui_reader.tui.widgets.article_pane.painted_pictures import HalfBlocks, SixelRows  # noqa: PLC0415

        if not drawn.data:
            return HalfBlocks(0, 0, b"")
        if request.form == PNG:
            return self._placed(request, drawn)
        if request.form == SIXEL:
            lines = drawn.data.decode("ascii").split("\n")
            return SixelRows(max(1, drawn.columns // _cell_size().width), len(lines), lines)
        return HalfBlocks(drawn.columns, drawn.rows // 2, drawn.data)

    def reason(self, picture: WantedPicture) -> str:
        """Return why a picture cannot be drawn; empty if it can, or if that is not known."""
        request = self._request(picture)
        drawn = self._state.library.pictures.get(request) if request is not None else None
        return drawn.reason if drawn is not None else ""

    def want(self, pictures: Sequence[WantedPicture]) -> None:
        """Request pictures to be drawn, in place of those requested before."""
        requests = [request for each in pictures if (request := self._request(each)) is not None]
        if requests:
            self._state.library.pictures.want(requests)

    def _can_draw(self) -> bool:
        """Return False if the terminal has too few colours for pictures: 16, or none."""
        return self._app.console.color_system in ("256", "truecolor") and not self._app.no_color

    def _request(self, picture: WantedPicture) -> PictureRequest | None:
        # Most articles have no pictures, and are shown without these modules.
        from tui_reader.services.articles.pictures import PictureRequest  # noqa: PLC0415
        from tui_reader.tui.widgets.article_pane.painted_pictures import MOST_CELLS  # noqa: PLC0415

        article, form = self._state.shown, self._form
        if article is None:
            return None
        target, columns, rows, is_box = picture
        width, height = (1, 2) if form == PIXELS else _cell_size()
        columns, rows = min(columns, MOST_CELLS) * width, min(rows, MOST_CELLS) * height
        return PictureRequest(article, target, columns, rows, is_box=is_box, form=form, cell_height=height)

    @property
    def _form(self) -> str:
        """Return the best of `picture_forms` that the terminal supports; `PIXELS` if the setting is not `auto`."""
        if self._state.settings.pictures != "auto":
            return PIXELS
        answers = self._program.theme_selection.answers
        if draws_placeholders(os.environ, answers.program):
            return PNG
        return SIXEL if answers.has_sixels and not is_multiplexed(os.environ) else PIXELS

    def _placed(self, request: PictureRequest, drawn: DrawnPicture) -> PlacedImage:
        """Return an image in the terminal; send it first if the terminal does not have it."""
        image = self._images.get(request)
        if image is not None:
            self._images.move_to_end(request)
            return image
        from tui_reader.tui.widgets.article_pane.painted_pictures import (  # noqa: PLC0415 - see `_request`
            PlacedImage,
            deletion_sequence,
            image_sequences,
        )

        width, height = _cell_size()
        columns, rows = max(1, round(drawn.columns / width)), max(1, round(drawn.rows / height))
        self._last_number = self._last_number % 0xFFFFFF + 1
        image = self._images[request] = PlacedImage(columns, rows, self._last_number)
        self._write("".join(image_sequences(image.number, drawn.in_base64(), columns, rows)))
        while len(self._images) > KEPT_IMAGES:
            self._write(deletion_sequence(self._images.popitem(last=False)[1].number))
        return image

    def _write(self, sequence: str) -> None:
        """Write to the terminal, after the frames that were written before."""
        if self._app._driver is not None:
            self._app._driver.write(sequence)


def _cell_size() -> CellSize:
    """Return the size of a cell of the terminal in pixels."""
    with suppress(ImportError, OSError):
        import fcntl  # noqa: PLC0415 - not on Windows
        import termios  # noqa: PLC0415 - not on Windows

        rows, columns, width, height = struct.unpack("HHHH", fcntl.ioctl(2, termios.TIOCGWINSZ, b"\0" * 8))
        if min(rows, columns, width, height) > 0 and width >= columns and height >= rows:
            return CellSize(width // columns, height // rows)
    return CellSize(*USUAL_CELL)
