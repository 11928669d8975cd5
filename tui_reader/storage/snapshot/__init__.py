"""The files of a library: the snapshot (library.json), the journal, and compaction."""
