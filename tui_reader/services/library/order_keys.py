"""Keys that order records by hand: texts between which another text always fits.

A record that is moved gets a new key between those of its neighbours, and no other record changes. So two machines that
move different records apart merge to both moves. Each key ends in the name of the machine that made it, which makes
keys unique. Method: fractional indexing (E. Wallace, “Implementing Fractional Indexing”, 2017).
"""

from __future__ import annotations

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BELOW = ord("0") - 1
_ABOVE = ord("z") + 1


def key_between(low: str, high: str, machine: str) -> str:
    """Return a key that sorts between two others.

    Args:
        low: The key before; empty for the beginning.
        high: The key behind; empty for the end.
        machine: Name of this machine.

    Raises:
        ValueError: No text lies between the keys.
    """
    if high and low >= high:
        raise ValueError(f"there is no key between {low!r} and {high!r}")
    prefix, at, is_bounded = "", 0, bool(high)
    while True:
        least = ord(low[at]) if at < len(low) else _BELOW
        most = ord(high[at]) if is_bounded and at < len(high) else _ABOVE
        fitting = [digit for digit in _DIGITS if least < ord(digit) < most]
        if fitting:
            return f"{prefix}{fitting[len(fitting) // 2]}.{machine}"
        following = low[at] if at < len(low) else high[at] if is_bounded and at < len(high) else _DIGITS[0]
        # As soon as the prefix is less than the beginning of `high`, whatever follows stays below it.
        is_bounded = is_bounded and at < len(high) and following == high[at]
        prefix += following
        at += 1


def keys_behind(low: str, count: int, machine: str) -> list[str]:
    """Return keys that sort behind another one, in their order.

    A key made from each one before would halve the room that is left, so that the 5,000th had 800 characters. These
    have a number each, behind one beginning.

    Args:
        low: The key before; empty for the beginning.
        count: How many keys.
        machine: Name of this machine.
    """
    if count < 2:
        return [key_between(low, "", machine)] * count
    beginning = key_between(low, "", machine).removesuffix(f".{machine}")
    digits = 1
    while len(_DIGITS) ** digits < count:
        digits += 1
    return [f"{beginning}{_number(index, digits)}.{machine}" for index in range(count)]


def _number(value: int, digits: int) -> str:
    """Return a number in so many digits, which sort as the numbers do."""
    written = ""
    for _ in range(digits):
        value, rest = divmod(value, len(_DIGITS))
        written = _DIGITS[rest] + written
    return written


def key_at(keys: list[str], index: int, machine: str) -> str:
    """Return a key for a record that is put at an index among others with these sorted keys.

    Equal neighbours, which only other programs write, leave no room: the key is then put behind them.
    """
    low = keys[index - 1] if 0 < index <= len(keys) else ""
    high = next((key for key in keys[max(index, 0) :] if key > low), "")
    return key_between(low, high, machine)
