"""Annotations: editing, re-anchoring, transfer to other articles, text snapshots."""
