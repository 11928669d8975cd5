"""Sort keys for a manual order of records: strings between which another string always fits.

A moved record gets a new key between the keys of its neighbours, and no other record changes. So moves of different
records on two machines merge without conflict. Each key ends with the name of its machine, so that keys are unique.
Method: fractional indexing (E. Wallace, “Implementing Fractional Indexing”, 2017).
"""

from __future__ import annotations

from itertools import islice, product

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
# Code points that stand for a missing character: before all digits for the lower key, after all for the higher one.
_BELOW = ord("0") - 1
_ABOVE = ord("z") + 1


def key_between(low: str, high: str, machine: str) -> str:
    """Return a key that sorts between two others.

    Args:
        low: The key before; empty for the beginning.
        high: The key after; empty for the end.
        machine: Name of this machine.

    Raises:
        ValueError: No string sorts between the keys.
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
        # Once the prefix sorts before the beginning of `high`, any suffix sorts before `high`.
        is_bounded = is_bounded and at < len(high) and following == high[at]
        prefix += following
        at += 1


def keys_behind(low: str, count: int, machine: str) -> list[str]:
    """Return keys in rising order that all sort after another key.

    Repeated `key_between` would halve the interval each time: the 5,000th key would have 800 characters. These keys
    are a common prefix and a number.

    Args:
        low: The key before; empty for the beginning.
        count: Number of keys.
        machine: Name of this machine.
    """
    if count < 2:
        return [key_between(low, "", machine)] * count
    beginning = key_between(low, "", machine).removesuffix(f".{machine}")
    digits = 1
    while len(_DIGITS) ** digits < count:
        digits += 1
    numbers = map("".join, islice(product(_DIGITS, repeat=digits), count))  # in the order in which strings sort
    return [f"{beginning}{number}.{machine}" for number in numbers]


def key_at(keys: list[str], index: int, machine: str) -> str:
    """Return a key for a record to insert at an index of a list with the given sorted keys.

    Equal neighbours, which only other programs write, leave no gap: the key then sorts after these neighbours.
    """
    low = keys[index - 1] if 0 < index <= len(keys) else ""
    high = next((key for key in keys[max(index, 0) :] if key > low), "")
    return key_between(low, high, machine)
