"""Text as XML takes it; the standard module for that loads a web client at its start."""

from __future__ import annotations

from typing import Final

_TEXT: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_ATTRIBUTE: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;"})


def escaped(text: str) -> str:
    """A clean text between tags."""
    return text.translate(_TEXT)


def quoted(text: str) -> str:
    """A clean text as the value of an attribute, with its quotation marks."""
    return f'"{text.translate(_ATTRIBUTE)}"'
