"""Our own reader of text: Russian, Latin, digits and signs."""

from __future__ import annotations

DIGITS = "0123456789"
LATIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
RUSSIAN = "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдеёжзийклмнопрстуфхцчшщъыьэюя"
SIGNS = ".,:;!?%№₽$€+-–—×*/\\()[]\"'«»&@#=°_<>|~"
ALPHABET = " " + DIGITS + LATIN + RUSSIAN + SIGNS
"""What text is made of. The network's answers stand in this order: a change here asks for new weights."""
