"""The files: the snapshot (library.json), the journal beside it, and compaction."""
