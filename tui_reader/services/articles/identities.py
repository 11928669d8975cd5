"""Assign article ids to files: ids are unique, persist across restarts and follow moved files.

The id of an article is the id that its file's front matter claims, else the address of the original, else the name of
the file. The state of an article is recorded under its id together with the name of its file and the fingerprint of its
bytes; such a record overrides the file's claims. If a recorded file is gone, its article is assigned to the file that
claims its id or address, else to the file with the same bytes.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from tui_reader.model.article import Article, ArticleId, Metadata
from tui_reader.services.articles.article_records import FINGERPRINT, LOCATION
from tui_reader.services.articles.bulk_states import edits_to_texts
from tui_reader.sources import stdin
from tui_reader.storage.base import ARTICLES, Edit

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from tui_reader.services.library.library_paths import LibraryPaths
    from tui_reader.storage.base import Column, Record
    from tui_reader.storage.cache.scan_cache import CachedFile


class FoundFile(NamedTuple):
    """A file as a scan found it; `Identities` decides which article it is."""

    path: str
    name: str
    """Name of the file in ids and records: unique in the library, and equal on every computer that shares its state."""
    location: str
    """Path as displayed to the user."""
    metadata: Metadata
    size: int = 0
    mtime_ns: int = 0
    fingerprint: str = ""
    error: str = ""

    @property
    def is_on_disk(self) -> bool:
        """Return True if the article is a file on disk; False if it came from standard input."""
        return self.path != stdin.KEY

    def article(self, article_id: ArticleId) -> Article:
        """Convert the file to an article of the catalogue."""
        return Article(article_id, self.location, self.metadata, self.size, self.mtime_ns, self.error)


class Batch(NamedTuple):
    """A batch of scan results."""

    found: tuple[FoundFile, ...] = ()
    changed: tuple[str, ...] = ()
    """Names of known files whose content has changed."""
    gone: tuple[str, ...] = ()
    """Names of known files that were deleted."""
    complete: bool = False
    """True if the scan has seen every file, so that a moved file can be distinguished from a copy."""
    remembered: bool = False
    """True if the files come from the cache of the last scan; some may be deleted since."""


def found_file(paths: LibraryPaths, file: CachedFile) -> FoundFile:
    """Return a cached file as a `FoundFile`, with its names in a library."""
    path = file.path
    return FoundFile(
        path,
        paths.name_of(path),
        paths.location_of(path),
        file.metadata,
        file.size,
        file.mtime_ns,
        file.fingerprint,
        file.error,
    )


class _Record(NamedTuple):
    """The recorded name and fingerprint of an article's file; empty strings if nothing is recorded."""

    location: str
    fingerprint: str


class Move(NamedTuple):
    """A file whose id changed because it was recognized as a recorded article."""

    file: FoundFile
    mistaken: ArticleId
    """The id that the file had before."""
    id: ArticleId
    """The id of the recorded article."""


class Identities:
    """Assigns ids to files, and recognizes moved files. Used by the library's owner thread unless stated."""

    def __init__(self, records: Iterable[tuple[ArticleId, Record]], exists: Callable[[str], bool]) -> None:
        """Index the files that the records name.

        Args:
            records: The article records of the store.
            exists: Returns True if a file of that name is on disk; called only for the origin of a likely move.
        """
        self._exists = exists
        self._records: dict[ArticleId, _Record] = {}
        self._recorded_at: dict[str, ArticleId] = {}
        """The recorded articles by the names of their files."""
        self._files: dict[ArticleId, FoundFile] = {}
        """The files that exist now, by article."""
        self._live: dict[str, ArticleId] = {}
        """The articles of the files that exist now, by the names of the files."""
        self._unsettled: set[ArticleId] = set()
        """Articles without a record whose files were found since the last `settle`."""
        self._disputed: set[str] = set()
        """Names of files that claim the id of another file, or for which the store records another id."""
        self._vanished = True
        """True if a recorded file may have disappeared since the last `settle`; True at the start."""
        self._up_to_date: set[ArticleId] = set()
        """Articles of which `unrecorded` has found the file's name and fingerprint recorded, until either changes."""
        for article_id, record in records:
            self._learn(article_id, str(record.get(LOCATION) or ""), str(record.get(FINGERPRINT) or ""))

    def file(self, article_id: ArticleId) -> FoundFile | None:
        """Return the file of an article; None if it has none."""
        return self._files.get(article_id)

    def at(self, name: str) -> ArticleId | None:
        """Return the article whose file has this name now; None without such a file. Thread-safe."""
        return self._live.get(name)

    def files(self) -> list[tuple[ArticleId, FoundFile]]:
        """Return all articles that have a file now, with their files. Thread-safe."""
        return list(self._files.items())

    def recorded(self, article_id: ArticleId) -> tuple[str | None, str | None]:
        """Return the recorded name and fingerprint of an article's file; None for a value not recorded."""
        record = self._records.get(article_id, _Record("", ""))
        return record.location or None, record.fingerprint or None

    def unrecorded(self, ids: Collection[ArticleId]) -> list[ArticleId]:
        """Return the articles whose file's name or fingerprint is not recorded.

        Takes 2 ms for 5,000 articles, and a tenth of that if the last call found them recorded.
        """
        if self._up_to_date.issuperset(ids):
            return []
        files, records = self._files, self._records
        found = [
            each
            for each in ids
            if (file := files.get(each)) is not None
            and ((record := records.get(each)) is None or record != (file.name, file.fingerprint))
        ]
        if len(found) < len(ids):
            self._up_to_date.update(ids)
            self._up_to_date.difference_update(found)
        return found

    def edits_to_files(self, ids: Sequence[ArticleId]) -> list[Edit]:
        """Return the edits that record the current names and fingerprints of articles' files.

        Args:
            ids: Articles that have a file; a few, see `columns_of_files`.
        """
        edits: list[Edit] = []
        for each in ids:
            old, file = self._records.get(each, _Record("", "")), self._files[each]
            if old.location != file.name:
                edits.append(Edit(ARTICLES, each, LOCATION, old.location or None, file.name or None))
            if old.fingerprint != file.fingerprint:
                edits.append(Edit(ARTICLES, each, FINGERPRINT, old.fingerprint or None, file.fingerprint or None))
        return edits

    def columns_of_files(self, ids: Sequence[ArticleId]) -> tuple[Column, Column]:
        """Return the edits of many articles' file names, and those of the fingerprints; see `edits_to_files`."""
        records, nothing = self._records, _Record("", "")
        files = [self._files[each] for each in ids]
        old = [records.get(each, nothing) for each in ids]
        return (
            edits_to_texts(LOCATION, ids, [each.location for each in old], [file.name for file in files]),
            edits_to_texts(FINGERPRINT, ids, [each.fingerprint for each in old], [file.fingerprint for file in files]),
        )

    def has_record(self, article_id: ArticleId) -> bool:
        """Return True if the store has a record of the article."""
        return article_id in self._records

    def assign(self, file: FoundFile) -> ArticleId:
        """Return the id of a file that was found or has changed.

        If the id changes, the article with the former id no longer has a file.
        """
        current = self._live.get(file.name)
        if current is not None:
            if not self._is_replaced(current, file, self._files[current].fingerprint):
                self._set_file(current, file)
                return current
            self.release(file.name)
        article_id = self._pick(file)
        self._live[file.name] = article_id
        self._set_file(article_id, file)
        if article_id not in self._records:
            self._unsettled.add(article_id)
        return article_id

    def release(self, name: str) -> ArticleId | None:
        """Record that a file was deleted or moved away.

        Returns:
            The id of its article; None if the file was unknown.
        """
        article_id = self._live.pop(name, None)
        if article_id is not None:
            del self._files[article_id]
            self._unsettled.discard(article_id)
            self._vanished = self._vanished or article_id in self._records
        return article_id

    def reassign_disputed(self) -> list[Move]:
        """Reassign ids that several files claim: each id goes to the recorded file, else to the first file by name.

        Scans may see files in any order; this rule gives the same ids in all windows.

        Returns:
            The files whose ids changed.
        """
        files = [self._files[self._live[name]] for name in sorted(self._disputed) if name in self._live]
        files = [file for file in files if not self._is_settled(file)]
        before = [self.release(file.name) for file in files]
        now = [self.assign(file) for file in files]
        self._disputed.clear()
        return [Move(file, old, new) for file, old, new in zip(files, before, now, strict=True) if old and old != new]

    def settle(self, is_bare: Callable[[ArticleId], bool] | None = None) -> list[Move]:
        """Find moved files after a complete scan.

        A recorded article without a file gets the file that claims the article's id or address, or has its recorded
        bytes. That file must belong to an article without a state of its own, and no other file, and no other recorded
        article, may fit equally well. Files that are new since the last call are considered before older files, of
        which one fits if it is a copy that remained when the original was removed.

        Args:
            is_bare: Returns True if an article has no annotations or user changes; None to require no record at all.

        Returns:
            The files that turned out to be recorded articles.
        """
        moves: list[Move] = []
        vanished, self._vanished = self._vanished, False
        fresh, self._unsettled = self._unsettled, set()
        doubtful: set[ArticleId] = set()
        missing = {each for each, record in self._records.items() if record.location and each not in self._files}
        prints: dict[str, list[ArticleId]] = defaultdict(list)
        for each in missing:
            prints[self._records[each].fingerprint].append(each)
        prints.pop("", None)
        likely = self._likely(self._files if vanished else fresh, missing, prints)
        for some in (likely & fresh, likely - fresh):
            fitting: dict[ArticleId, list[FoundFile]] = defaultdict(list)
            for mistaken in some:
                known = self._origin(mistaken, prints)
                if known is not None and (self._is_unrecorded(mistaken) or (is_bare is not None and is_bare(mistaken))):
                    fitting[known].append(self._files[mistaken])
            for known, files in fitting.items():
                file = self._best_match(known, files)
                if file is not None and known not in doubtful and known not in self._files:
                    moves.append(self._move(file, known))
            doubtful.update(fitting)
        return moves

    def _likely(
        self, ids: Collection[ArticleId], missing: Collection[ArticleId], prints: Collection[str]
    ) -> set[ArticleId]:
        """Return the articles among `ids` whose files match a missing file in bytes, id or address.

        Takes 50 ms for 100,000 articles.

        Args:
            ids: Articles with a file.
            missing: Recorded articles without a file.
            prints: Fingerprints of the missing files.
        """
        found = set()
        for each in ids if missing else ():
            file = self._files[each]
            if file.fingerprint in prints or file.metadata.id in missing or file.metadata.url in missing:
                found.add(each)
        return found

    def _move(self, file: FoundFile, known: ArticleId) -> Move:
        """Assign the id of a known article to a file."""
        mistaken = self._live[file.name]
        del self._files[mistaken]
        self._live[file.name] = known
        self._set_file(known, file)
        return Move(file, mistaken, known)

    def note_records(self, ids: Iterable[ArticleId]) -> None:
        """Record that the store has a record of each article."""
        for each in ids:
            if each not in self._records:
                self._learn(each, "", "")

    def note_files(self, ids: Collection[ArticleId]) -> None:
        """Record that the store has the current name and fingerprint of each article's file."""
        for each in filter(self._records.__contains__, ids):
            self._learn(each, "", "")
        files = [self._files[each] for each in ids]
        names, prints = [file.name for file in files], [file.fingerprint for file in files]
        self._records.update(zip(ids, map(_Record, names, prints), strict=True))
        self._recorded_at.update(zip(names, ids, strict=True))
        self._up_to_date.update(ids)

    def note(self, edit: Edit) -> None:
        """Update the index of recorded files after an edit of an article's record."""
        if edit.field not in {LOCATION, FINGERPRINT} and edit.key in self._records:
            return
        old = self._records.get(edit.key, _Record("", ""))
        value = str(edit.after or "")
        location = value if edit.field == LOCATION else old.location
        fingerprint = value if edit.field == FINGERPRINT else old.fingerprint
        self._learn(edit.key, location, fingerprint)
        if edit.field == LOCATION and self._is_elsewhere(edit.key):
            held = self._files.get(edit.key)
            self._disputed.update({location, held.name} if held is not None else {location})

    def _set_file(self, article_id: ArticleId, file: FoundFile) -> None:
        self._files[article_id] = file
        self._up_to_date.discard(article_id)

    def _learn(self, article_id: ArticleId, location: str, fingerprint: str) -> None:
        """Index the recorded name and fingerprint of an article's file; they replace those known before."""
        old = self._records.get(article_id)
        if old is not None and self._recorded_at.get(old.location) == article_id:
            del self._recorded_at[old.location]
        self._records[article_id] = _Record(location, fingerprint)
        self._up_to_date.discard(article_id)
        if location:
            self._recorded_at[location] = article_id

    def _pick(self, file: FoundFile) -> ArticleId:
        """Choose the id of a new file: recorded id, claimed id, address, name, or a unique variant of the name."""
        recorded = self._recorded_at.get(file.name)
        if recorded is not None and recorded not in self._files:
            known = self._records[recorded].fingerprint
            if not self._is_replaced(recorded, file, known):
                return recorded
        for candidate in (file.metadata.id, _address(file.metadata), file.name):
            if candidate and self._is_free(candidate, file.name):
                return candidate
            if candidate in self._files and not self._records.get(candidate, _Record("", "")).location:
                self._disputed |= {self._files[candidate].name, file.name}
        candidate = f"{file.name}~{file.fingerprint[:8]}"
        while not self._is_free(candidate, file.name):
            candidate += "~"
        return candidate

    def _is_free(self, article_id: ArticleId, name: str) -> bool:
        """Return True if an id belongs to no file and to no recorded file that may reappear."""
        record = self._records.get(article_id)
        return article_id not in self._files and (record is None or record.location in {"", name})

    def _is_settled(self, file: FoundFile) -> bool:
        """Return True if the record of a file's article names this file, or the file is standard input."""
        record = self._records.get(self._live[file.name])
        return not file.is_on_disk or (record is not None and record.location == file.name)

    def _is_elsewhere(self, article_id: ArticleId) -> bool:
        """Return True if an article's recorded file now belongs to another article whose record does not name it."""
        location = self._records.get(article_id, _Record("", "")).location
        shown = self._live.get(location, article_id)
        return shown != article_id and not self._is_settled(self._files[shown])

    def _is_replaced(self, article_id: ArticleId, file: FoundFile, fingerprint: str) -> bool:
        """Return True if a file was overwritten by another article: it has other bytes and claims another id.

        Args:
            article_id: The article that the file was before.
            file: The file as it is now.
            fingerprint: Fingerprint of its former bytes.
        """
        claim = file.metadata.id
        if not claim or claim == article_id or fingerprint == file.fingerprint:
            return False
        # An id that is a file name was not claimed: the file now claims an id, and stays the same article.
        return Path(article_id.partition("~")[0]).suffix != Path(file.name).suffix

    def _is_unrecorded(self, article_id: ArticleId) -> bool:
        """Return True if the store records no file of an article."""
        return article_id not in self._records or self._records[article_id] == _Record("", "")

    def _origin(self, article_id: ArticleId, prints: Mapping[str, Sequence[ArticleId]]) -> ArticleId | None:
        """Return the missing recorded article to which an article's file belongs; None if there is no certain one.

        Args:
            article_id: The article.
            prints: Recorded articles without a file, by the fingerprints of their files.
        """
        file, metadata = self._files[article_id], self._files[article_id].metadata
        for claim in (metadata.id, _address(metadata)):
            if claim and claim != article_id and claim in self._records and self._is_missing(claim, file):
                return claim
        same_bytes = prints.get(file.fingerprint, ()) if file.size else ()
        missing = [known for known in same_bytes if known != article_id and self._is_missing(known, file)]
        if len(missing) > 1:
            missing = [known for known in missing if _base_name(self._records[known].location) == _base_name(file.name)]
        return missing[0] if len(missing) == 1 else None

    def _is_missing(self, known: ArticleId, file: FoundFile) -> bool:
        """Return True if a recorded article has no file now.

        That is, no file found by a scan is assigned to it, and its recorded name is that of `file`, or of no file in
        the library or on disk.
        """
        location = self._records[known].location
        if known in self._files or not location:
            return False
        return location == file.name or not (location in self._live or self._exists(location))

    def _best_match(self, known: ArticleId, files: list[FoundFile]) -> FoundFile | None:
        """Return the file that fits a recorded article best, by bytes, then by name; None if several fit."""
        record = self._records[known]
        same = [each for each in files if each.fingerprint == record.fingerprint] or files
        if len(same) > 1:
            same = [each for each in same if _base_name(each.name) == _base_name(record.location)]
        return same[0] if len(same) == 1 else None


def _base_name(name: str) -> str:
    """Return the last part of a name, without folders."""
    return name.rpartition("/")[2]


def _address(metadata: Metadata) -> str:
    """Return the address of the original; empty if it is guessed, or is only the front page of a site."""
    if "url" in metadata.guessed or not metadata.url:
        return ""
    parts = urlsplit(metadata.url)
    return metadata.url if parts.path.strip("/") or parts.query else ""
