"""The command that shows a picture on the whole screen, from where it can be opened in another program."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from tui_reader.document.blocks import BlockKind, block_index
from tui_reader.errors import ReaderError
from tui_reader.services.library import desktop
from tui_reader.tui.commands.binding import command

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from textual.app import App

    from tui_reader.document.blocks import Document
    from tui_reader.model.article import ArticleId
    from tui_reader.tui.screens.picture_viewer import ShownPicture
    from tui_reader.tui.screens.reading.state import ReadingScreenState
    from tui_reader.tui.widgets.article_pane.layers.pictures import PictureFeed


class PictureActions:
    """Runs the command for pictures."""

    def __init__(self, app: App[Any], state: ReadingScreenState, feed: PictureFeed) -> None:
        self._app, self._state, self._feed = app, state, feed

    @command("picture")
    def picture(self, _count: int | None) -> None:
        """Show a picture on the whole screen: the first visible one, or the next one below.

        In a PDF without separate pictures, show the page at the top of the view.
        """
        state = self._state
        document, article = state.panes.article.document, state.shown
        if document is None or article is None:
            state.refuse("the text is still being read")
            return
        shown, first = _pictures_of(document, state.panes.article.pictures.visible, state.panes.article.viewport.offset)
        if not shown:
            has_some = any(block.kind is BlockKind.FIGURE for block in document.blocks)
            on_web = f"its pictures are on the web; {state.keymap.hint('open_original')} opens the original"
            state.refuse(on_web if has_some else "this article has no pictures")
            return
        # 15 ms with the service of pictures, which articles without pictures do not need.
        from tui_reader.tui.screens.picture_viewer import PicturePage, PictureViewer  # noqa: PLC0415

        page = PicturePage(self._feed, shown, first)
        self._app.push_screen(PictureViewer(page, partial(self._open_outside, article)))

    def _open_outside(self, article: ArticleId, target: str, say: Callable[[str], None]) -> None:
        """Open a picture in the desktop's program for its file type.

        Runs in a thread, since a picture inside the article's file is first copied to a temporary file.
        """

        def report(message: str) -> None:
            self._app.call_from_thread(say, message)

        def open_picture() -> None:
            library, browser = self._state.library, self._state.settings.browser
            try:
                path = self._path_of(article, target)
                if path is None:
                    report("the picture is not in this library")
                    return
                desktop.open_linked(path, browser)
            except (ReaderError, OSError) as error:
                report(str(error))
            else:
                report(f"opened {library.location_of(path)}")

        Thread(target=open_picture, name="picture", daemon=True).start()

    def _path_of(self, article: ArticleId, target: str) -> Path | None:
        """Return the path of a picture file; None if the picture cannot be found.

        It is a file beside the article, or a new temporary copy of a picture that the article's file contains.
        """
        library = self._state.library
        if ":" not in target:
            try:
                return library.file_beside(article, target)
            except ReaderError:
                pass  # it may be in the file of the article
        found = library.pictures.copy_of(article, target)
        if found is None:
            return None
        data, suffix = found
        # The name of a picture in a file is untrusted, so the copy gets a name of its own; the system deletes it later.
        with tempfile.NamedTemporaryFile(prefix="tui-reader-", suffix=suffix, delete=False) as file:
            file.write(data)
        return Path(file.name)


def _pictures_of(document: Document, visible: Sequence[int], offset: int) -> tuple[list[ShownPicture], int]:
    """Return the pictures of a document (or the pages of a PDF without any), and the index of the one to show first.

    Args:
        document: The document.
        visible: The numbers of the figure blocks in view.
        offset: Offset of the text at the top of the view.
    """
    from tui_reader.document.figures import figure_targets  # noqa: PLC0415 - with the pictures
    from tui_reader.tui.screens.picture_viewer import ShownPicture  # noqa: PLC0415 - see `picture`

    local = set(figure_targets(document))
    figures = [i for i, b in enumerate(document.blocks) if b.kind is BlockKind.FIGURE and b.target in local]
    if figures:
        here = visible[0] if visible and visible[0] in figures else block_index(document, offset)
        first = next((number for number, block in enumerate(figures) if block >= here), len(figures) - 1)
        shown = [ShownPicture(document.blocks[i].target, document.block_text(i).replace("\n", " ")) for i in figures]
        return shown, first
    shown = [ShownPicture(f"page:{number}", f"page {page.label}") for number, page in enumerate(document.pages, 1)]
    first = next((n for n, page in reversed(list(enumerate(document.pages))) if page.offset <= offset), 0)
    return shown, first
