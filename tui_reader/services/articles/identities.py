"""Which file is which article: ids that are unique, survive restarts, and ride along when a file is moved.

An id is the one that a file's front matter claims, else the address of the original, else the name of the file. What a
reader did with an article is recorded under its id together with where its file stood and the fingerprint of its bytes,
so that the record, once there, says better than the file who the article is. When a recorded file is gone, the one that
claims its id or address now is that article, else the one that has its bytes.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from tui_reader.services.articles.article_records import FINGERPRINT, LOCATION

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from tui_reader.model.article import ArticleId, Metadata
    from tui_reader.services.articles.scan_results import FoundFile
    from tui_reader.storage.base import Edit, Record


class _Record(NamedTuple):
    location: str
    fingerprint: str


class Move(NamedTuple):
    """A file that was taken for one article, such as a new one, and turned out to be another."""

    file: FoundFile
    mistaken: ArticleId
    id: ArticleId


class Identities:
    """Gives every file its id, and finds out which vanished file a new one used to be."""

    def __init__(self, records: Iterable[tuple[ArticleId, Record]], exists: Callable[[str], bool]) -> None:
        """Learn what is recorded.

        Args:
            records: The articles of the store.
            exists: Whether a file of that name stands on the disk; asked about the origin of a likely move only.
        """
        self._exists = exists
        self._records: dict[ArticleId, _Record] = {}
        self._recorded_at: dict[str, ArticleId] = {}
        self._by_fingerprint: dict[str, set[ArticleId]] = defaultdict(set)
        self._files: dict[ArticleId, FoundFile] = {}
        self._live: dict[str, ArticleId] = {}
        self._unsettled: set[ArticleId] = set()
        self._disputed: set[str] = set()
        """Names of files that claim one id, or of whose ids the store says something else."""
        self._vanished = True
        """Whether a recorded file may have gone since moves were looked for; at the start, any may have."""
        for article_id, record in records:
            self._learn(article_id, str(record.get(LOCATION) or ""), str(record.get(FINGERPRINT) or ""))

    def file(self, article_id: ArticleId) -> FoundFile | None:
        """The file of an article, if it is there."""
        return self._files.get(article_id)

    def at(self, name: str) -> ArticleId | None:
        """The article whose file has this name now. Safe to ask from any thread."""
        return self._live.get(name)

    def recorded(self, article_id: ArticleId) -> tuple[str | None, str | None]:
        """Name and fingerprint of the article's file as the store has them; None for what it has not."""
        record = self._records.get(article_id, _Record("", ""))
        return record.location or None, record.fingerprint or None

    def is_recorded(self, article_id: ArticleId) -> bool:
        """Whether the store says where the article's file stands, and what it held."""
        file, record = self._files.get(article_id), self._records.get(article_id)
        return file is None or record == (file.name, file.fingerprint)

    def has_record(self, article_id: ArticleId) -> bool:
        """Whether the store holds anything about the article."""
        return article_id in self._records

    def assign(self, file: FoundFile) -> ArticleId:
        """The id of a file that was found or has changed; where it is another one than before, that article is gone."""
        current = self._live.get(file.name)
        if current is not None:
            if not self._is_replaced(current, file, self._files[current].fingerprint):
                self._files[current] = file
                return current
            self.release(file.name)
        article_id = self._pick(file)
        self._live[file.name] = article_id
        self._files[article_id] = file
        if article_id not in self._records:
            self._unsettled.add(article_id)
        return article_id

    def release(self, name: str) -> ArticleId | None:
        """Take in that a file is gone; the id that it had."""
        article_id = self._live.pop(name, None)
        if article_id is not None:
            del self._files[article_id]
            self._unsettled.discard(article_id)
            self._vanished = self._vanished or article_id in self._records
        return article_id

    def share_out(self) -> list[Move]:
        """Give files the ids that are theirs by what is recorded, else by their names; those that have another one now.

        Which of several files that claim one id was seen first is chance, and another window may have seen another one
        first. So that all agree, the first by name has it, until one of them is recorded under it.
        """
        files = [self._files[self._live[name]] for name in sorted(self._disputed) if name in self._live]
        files = [file for file in files if not self._is_settled(file)]
        before = [self.release(file.name) for file in files]
        now = [self.assign(file) for file in files]
        self._disputed.clear()
        return [Move(file, old, new) for file, old, new in zip(files, before, now, strict=True) if old and old != new]

    def settle(self, is_bare: Callable[[ArticleId], bool] | None = None) -> list[Move]:
        """Find moved files, now that everything on the disk has been seen.

        A file that nobody did anything with is a recorded article if it claims its id or address or has its bytes, that
        article's file is nowhere to be found, and no other article or file would fit as well. Files that have just
        come are asked first: one that was there before is a copy that stayed when the original went.

        Args:
            is_bare: Whether nothing worth keeping is recorded of an article; None for whether nothing is at all.
        """
        moves: list[Move] = []
        vanished, self._vanished = self._vanished, False
        fresh, self._unsettled = self._unsettled, set()
        doubtful: set[ArticleId] = set()
        likely = self._likely(self._files if vanished else fresh)
        for some in (likely & fresh, likely - fresh):
            fitting: dict[ArticleId, list[FoundFile]] = defaultdict(list)
            for mistaken in some:
                known = self._origin(mistaken)
                if known is not None and (self._is_unrecorded(mistaken) or (is_bare is not None and is_bare(mistaken))):
                    fitting[known].append(self._files[mistaken])
            for known, files in fitting.items():
                file = self._most_like(known, files)
                if file is not None and known not in doubtful and known not in self._files:
                    moves.append(self._move(file, known))
            doubtful.update(fitting)
        return moves

    def _likely(self, ids: Collection[ArticleId]) -> set[ArticleId]:
        """Those whose files have the bytes, the id or the address of an article without a file; 100,000 take 50 ms."""
        missing = {known for known, record in self._records.items() if record.location and known not in self._files}
        prints = {self._records[known].fingerprint for known in missing} - {""}
        found = set()
        for each in ids if missing else ():
            file = self._files[each]
            if file.fingerprint in prints or file.metadata.id in missing or file.metadata.url in missing:
                found.add(each)
        return found

    def _move(self, file: FoundFile, known: ArticleId) -> Move:
        mistaken = self._live[file.name]
        del self._files[mistaken]
        self._live[file.name] = known
        self._files[known] = file
        return Move(file, mistaken, known)

    def note(self, edit: Edit) -> None:
        """Take an edit of an article's record in."""
        if edit.field not in {LOCATION, FINGERPRINT} and edit.key in self._records:
            return
        old = self._records.get(edit.key, _Record("", ""))
        value = str(edit.after or "")
        location = value if edit.field == LOCATION else old.location
        fingerprint = value if edit.field == FINGERPRINT else old.fingerprint
        if old.location and self._recorded_at.get(old.location) == edit.key:
            del self._recorded_at[old.location]
        self._by_fingerprint[old.fingerprint].discard(edit.key)
        self._learn(edit.key, location, fingerprint)
        if edit.field == LOCATION and self._is_elsewhere(edit.key):
            held = self._files.get(edit.key)
            self._disputed.update({location, held.name} if held is not None else {location})

    def _learn(self, article_id: ArticleId, location: str, fingerprint: str) -> None:
        self._records[article_id] = _Record(location, fingerprint)
        if location:
            self._recorded_at[location] = article_id
        if fingerprint:
            self._by_fingerprint[fingerprint].add(article_id)

    def _pick(self, file: FoundFile) -> ArticleId:
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
        """Whether nobody has an id, nor may come back for it."""
        record = self._records.get(article_id)
        return article_id not in self._files and (record is None or record.location in {"", name})

    def _is_settled(self, file: FoundFile) -> bool:
        """Whether the article of a file is recorded to be this very file. Standard input is nobody else's anyway."""
        record = self._records.get(self._live[file.name])
        return not file.is_on_disk or (record is not None and record.location == file.name)

    def _is_elsewhere(self, article_id: ArticleId) -> bool:
        """Whether another file is the article, by what is recorded, than the one that it is shown with."""
        location = self._records.get(article_id, _Record("", "")).location
        shown = self._live.get(location, article_id)
        return shown != article_id and not self._is_settled(self._files[shown])

    def _is_replaced(self, article_id: ArticleId, file: FoundFile, fingerprint: str) -> bool:
        """Whether another article was put in the place of one that had claimed its id itself."""
        claim = file.metadata.id
        if not claim or claim == article_id or fingerprint == file.fingerprint:
            return False
        # An id that is a file name was never claimed: the file has got its first one now, and stays who it was.
        return Path(article_id.partition("~")[0]).suffix != Path(file.name).suffix

    def _is_unrecorded(self, article_id: ArticleId) -> bool:
        return article_id not in self._records or self._records[article_id] == _Record("", "")

    def _origin(self, article_id: ArticleId) -> ArticleId | None:
        """The recorded article that a file must be whose own id is a mistake, if there is just one."""
        file, metadata = self._files[article_id], self._files[article_id].metadata
        for claim in (metadata.id, _address(metadata)):
            if claim and claim != article_id and claim in self._records and self._is_missing(claim, file):
                return claim
        alike = self._by_fingerprint.get(file.fingerprint, ()) if file.size else ()
        missing = [known for known in alike if known != article_id and self._is_missing(known, file)]
        if len(missing) > 1:
            missing = [known for known in missing if _last(self._records[known].location) == _last(file.name)]
        return missing[0] if len(missing) == 1 else None

    def _is_missing(self, known: ArticleId, file: FoundFile) -> bool:
        """Whether a recorded article has no file, unless it is this one: another window may have recorded that."""
        location = self._records[known].location
        if known in self._files or not location:
            return False
        return location == file.name or not (location in self._live or self._exists(location))

    def _most_like(self, known: ArticleId, files: list[FoundFile]) -> FoundFile | None:
        """The file that is a recorded article, of those that might be: its bytes count first, then its name."""
        record = self._records[known]
        same = [each for each in files if each.fingerprint == record.fingerprint] or files
        if len(same) > 1:
            same = [each for each in same if _last(each.name) == _last(record.location)]
        return same[0] if len(same) == 1 else None


def _last(name: str) -> str:
    """The file's own name, without its folders."""
    return name.rpartition("/")[2]


def _address(metadata: Metadata) -> str:
    """The address of the original, unless it was guessed or is but a site's front page."""
    if "url" in metadata.guessed or not metadata.url:
        return ""
    parts = urlsplit(metadata.url)
    return metadata.url if parts.path.strip("/") or parts.query else ""
