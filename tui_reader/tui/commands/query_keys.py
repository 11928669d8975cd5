"""The keys of the query bar, as shown in the last row, the help and the key sheet."""

from __future__ import annotations

from tui_reader.tui.commands.command_texts import Hint

QUERY_TOPIC = "query"
HELP_TOPICS = (("keys", "all keys"), (QUERY_TOPIC, "what queries may contain, with examples"))
"""The topics of the help, with their descriptions."""

SAVING_KEY = "ctrl+s"
"""The key that saves the query as a saved search; it works in the list of articles, not in that of annotations."""
BAR_KEYS: tuple[tuple[str, str, str], ...] = (
    ("tab", "complete", "Take the chosen completion; where nothing is typed, list the fields"),
    ("down ctrl+n", "", "The next completion; among former queries, the later one"),
    ("up ctrl+p", "former", "The completion above; from the first one or without any, the former query"),
    ("enter", "keep", "Close the bar, keep the query as it is written, and go to the list"),
    ("escape", "back", "Close the bar, with the query that was there before"),
    (SAVING_KEY, "keep search", "Close the bar, and keep the query as a saved search"),
    ("f1", "help", "Show what queries may contain, with examples; so does :help query"),
    ("ctrl+w ctrl+u ctrl+k", "", "Delete the word before the cursor, all before it, all behind it"),
    ("ctrl+left ctrl+right", "", "Back or on by a word; home end ctrl+a ctrl+e to the ends"),
    ("shift+left shift+right", "", "Select, with ctrl by words, with home and end to the ends; typing replaces it"),
)
"""The keys of the query bar: keys, label in the last row, and help."""
BAR_HINTS = tuple(
    Hint(keys.split()[0].replace("escape", "esc"), label, stays=label == "keep") for keys, label, _ in BAR_KEYS if label
)


def bar_sheet() -> str:
    """Return the section of docs/keys.md about the keys of the query bar, in Markdown."""
    rows = [f"| {' '.join(f'`{key}`' for key in keys.split())} | {text} |" for keys, _, text in BAR_KEYS]
    head = "`/` in the list, and in the list of annotations, opens a bar in which a query is typed; see queries.md."
    return "\n".join(["## The query bar", "", head, "", "| keys | what they do |", "|---|---|", *rows]) + "\n"
