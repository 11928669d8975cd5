"""Names of emoji as GitHub writes them, such as `:rocket:`."""

from __future__ import annotations

import re
from functools import cache

EMOJI_NAME = re.compile(r"(?<![\w:]):([a-z0-9_+-]{1,50}):(?![\w:])")
"""A name between colons; colons within words, as in `std::end::x` or `10:30:45`, do not match."""

_FLAGS = ("de", "es", "fr", "gb", "it", "jp", "kr", "ru", "us", "cn")
"""Countries whose flags have two-letter names without a prefix."""
_OTHER_NAMES = {
    "email": "envelope",
    "face_with_spiral_eyes": "dizzy_face",
    "facepalm": "person_facepalming",
    "fist_oncoming": "oncoming_fist",
    "hand_over_mouth": "face_with_hand_over_mouth",
    "hash": "keycap_#",
    "hugs": "hugging_face",
    "keycap_ten": "keycap_10",
    "medal_sports": "sports_medal",
    "metal": "sign_of_the_horns",
    "monocle_face": "face_with_monocle",
    "raised_eyebrow": "face_with_raised_eyebrow",
    "rofl": "rolling_on_the_floor_laughing",
    "roll_eyes": "face_with_rolling_eyes",
    "shrug": "person_shrugging",
    "smiling_face_with_three_hearts": "smiling_face_with_3_hearts",
    "star_struck": "star-struck",
    "thinking": "thinking_face",
    "uk": "flag_for_united_kingdom",
    "upside_down_face": "upside-down_face",
    "zipper_mouth_face": "zipper-mouth_face",
}
"""GitHub's names of emoji that have another name in Rich."""
_MAN, _PERSON = "\N{MAN}", "\N{ADULT}"
"""First characters of emoji of professions. Rich has only `man_pilot`; GitHub's `pilot` begins with `_PERSON`."""


def emoji_of(name: str) -> str:
    """Return the emoji with a name, without the colons; empty if there is none."""
    if name in _FLAGS:
        return "".join(chr(ord(letter) - ord("a") + 0x1F1E6) for letter in name)
    table = _table()
    found = table.get(_OTHER_NAMES.get(name, name), "")
    if not found and (man := table.get(f"man_{name}", "")).startswith(_MAN):
        return _PERSON + man.removeprefix(_MAN)
    return found


@cache
def _table() -> dict[str, str]:
    from rich._emoji_codes import EMOJI  # noqa: PLC0415 - 2 ms, only for texts with names of emoji

    return EMOJI
