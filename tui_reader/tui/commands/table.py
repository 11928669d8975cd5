"""The command table: the only place that knows which key does what."""

# ruff: noqa: E501 - one row a command, to be read as a table

from __future__ import annotations

from tui_reader.tui.commands.command import IN_ARTICLE, IN_LIST, IN_SIDEBAR, READING, Command, Group

# fmt: off
COMMANDS: tuple[Command, ...] = (
    Command("down", ("j", "down"), "move", "Down a row or a headline", Group.MOVE, counts=True, footer=90, palette=False),
    Command("up", ("k", "up"), "move", "Up a row or a headline", Group.MOVE, counts=True, footer=90, palette=False),
    Command("half_page_down", ("ctrl+d",), "half page", "Half a page down", Group.MOVE, counts=True, palette=False),
    Command("half_page_up", ("ctrl+u",), "half page", "Half a page up", Group.MOVE, counts=True, palette=False),
    Command("page_down", ("space", "ctrl+f", "pagedown"), "page", "A page down", Group.MOVE, counts=True, palette=False),
    Command("page_up", ("b", "ctrl+b", "pageup"), "page", "A page up", Group.MOVE, counts=True, palette=False),
    Command("top", ("g g", "home"), "top", "To the top; with a count, to that headline or percentage", Group.MOVE, counts=True),
    Command("bottom", ("G", "end"), "bottom", "To the bottom", Group.MOVE, counts=True),
    Command("pane_left", ("h", "left"), "left", "To the pane on the left", Group.MOVE, palette=False),
    Command("pane_right", ("l", "right"), "right", "To the pane on the right", Group.MOVE, palette=False),
    Command("next_pane", ("tab",), "pane", "To the next pane, round and round", Group.MOVE, palette=False),
    Command("previous_pane", ("shift+tab",), "pane", "To the previous pane", Group.MOVE, palette=False),
    Command("open", ("enter",), "open", "Open the article", Group.READ, IN_LIST, footer=80),
    Command("choose", ("enter",), "show", "Show this view or source; include, exclude or drop this tag", Group.FILTER, IN_SIDEBAR, footer=80),
    Command("back", ("q", "escape"), "back", "One level back: close, clear the filter, leave the article", Group.READ, footer=15),
    Command("next_article", ("J",), "next", "Next article, from anywhere", Group.READ, counts=True, footer=40),
    Command("previous_article", ("K",), "previous", "Previous article, from anywhere", Group.READ, counts=True),
    Command("next_unread", ("] u",), "next unread", "Next unread article", Group.READ, counts=True),
    Command("previous_unread", ("[ u",), "previous unread", "Previous unread article", Group.READ, counts=True),
    Command("previous_sentence", ("(",), "sentence", "Previous sentence", Group.READ, IN_ARTICLE, counts=True, footer=70),
    Command("next_sentence", (")",), "sentence", "Next sentence", Group.READ, IN_ARTICLE, counts=True, footer=70),
    Command("previous_paragraph", ("{",), "paragraph", "Previous paragraph", Group.READ, IN_ARTICLE, counts=True, footer=65),
    Command("next_paragraph", ("}",), "paragraph", "Next paragraph", Group.READ, IN_ARTICLE, counts=True, footer=65),
    Command("next_heading", ("] ]",), "heading", "Next heading", Group.READ, IN_ARTICLE, counts=True),
    Command("previous_heading", ("[ [",), "heading", "Previous heading", Group.READ, IN_ARTICLE, counts=True),
    Command("outline", ("T",), "outline", "Outline of the article, to jump in it", Group.READ, READING, footer=45),
    Command("follow_link", ("f",), "links", "Follow a link by its letters", Group.READ, IN_ARTICLE, footer=50),
    Command("open_original", ("o",), "original", "Open the original in the browser, or the file in its program", Group.READ, READING),
    Command("jump_back", ("ctrl+o", "alt+left"), "jump back", "Back to where you were before a jump", Group.READ, counts=True),
    Command("jump_forward", ("ctrl+i", "alt+right"), "jump forward", "Forward again", Group.READ, counts=True),
    Command("copy", ("y",), "copy", "Copy the focused sentence, else the paragraph at the top", Group.READ, IN_ARTICLE),
    Command("copy_link", ("Y",), "copy link", "Copy the address of the original, else the path of the file", Group.READ, READING),
    Command("toggle_read", ("r",), "read", "Mark as read or unread", Group.ARTICLES, READING, footer=60),
    Command("star", ("s",), "star", "Star, or take the star off", Group.ARTICLES, READING, footer=75),
    Command("archive", ("e",), "archive", "Put into the archive, or back into the inbox", Group.ARTICLES, READING, footer=42),
    Command("tags", ("t",), "tags", "Edit the tags", Group.ARTICLES, READING, footer=62),
    Command("details", ("i",), "details", "Edit title, byline, source, date, link and language", Group.ARTICLES, READING),
    Command("join_stories", ("g j",), "join", "Join the other stories of a paste to the article, or part them again", Group.ARTICLES, READING),
    Command("mark_all_read", ("R",), "all read", "Mark all articles of this view as read", Group.ARTICLES),
    Command("undo", ("u",), "undo", "Undo the last change", Group.ARTICLES, counts=True, footer=35),
    Command("redo", ("ctrl+r",), "redo", "Redo what was undone", Group.ARTICLES, counts=True),
    Command("search", ("/",), "search", "In the list: filter by title; in the article: find in its text", Group.FILTER, footer=55),
    Command("next_match", ("n",), "next match", "Next match in the article", Group.FILTER, IN_ARTICLE, counts=True),
    Command("previous_match", ("N",), "previous match", "Previous match in the article", Group.FILTER, IN_ARTICLE, counts=True),
    Command("include_tag", ("+",), "include", "Only articles with this tag", Group.FILTER, IN_SIDEBAR, footer=70, palette=False),
    Command("exclude_tag", ("-",), "exclude", "No articles with this tag", Group.FILTER, IN_SIDEBAR, footer=65, palette=False),
    Command("filter_tag", ("g t",), "filter by tag", "Include a tag, chosen from all", Group.FILTER),
    Command("clear_filter", ("g c",), "clear", "Clear every filter", Group.FILTER),
    Command("sort", ("S",), "sort", "Choose the order of the headlines", Group.FILTER),
    Command("zen", ("z",), "zen", "Nothing but the article, or the panes again", Group.LOOK, footer=25),
    Command("narrower", ("-",), "narrower", "A narrower measure", Group.LOOK, READING, counts=True),
    Command("wider", ("+",), "wider", "A wider measure", Group.LOOK, READING, counts=True),
    Command("reset_measure", ("=",), "measure", "The measure of the settings", Group.LOOK, READING),
    Command("density", (), "density", "Headlines with or without an empty row between them", Group.LOOK),
    Command("theme", ("g T",), "theme", "Choose a theme", Group.LOOK),
    Command("settings", (",",), "settings", "Edit the settings in your editor", Group.PROGRAM),
    Command("palette", (":", "ctrl+p"), "commands", "All commands, by name", Group.PROGRAM, footer=20, palette=False),
    Command("help", ("?",), "keys", "All keys", Group.PROGRAM, footer=30),
    Command("quit", ("Q",), "quit", "Quit; everything is kept", Group.PROGRAM, footer=10),
)
# fmt: on
"""Every command, in the order of the help."""

BY_ID = {command.id: command for command in COMMANDS}
"""Commands by their name."""
