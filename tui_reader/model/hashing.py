"""The hash function BLAKE2b, without the import of hashlib: that loads OpenSSL, which takes 2.5 ms of each start."""

try:
    from _blake2 import blake2b  # what hashlib.blake2b is; the module `random` imports its hash function so as well
except ImportError:  # another Python than CPython
    from hashlib import blake2b

__all__ = ["blake2b"]
