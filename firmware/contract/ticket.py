"""A ticket as meaning, not as dots: the printer's driver knows the width and draws it."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Style(StrEnum):
    TITLE = "title"
    BODY = "body"
    STRONG = "strong"
    SMALL = "small"


class Text(msgspec.Struct, frozen=True, tag=True):
    """A paragraph, broken where it must be."""

    text: str
    style: Style = Style.BODY
    is_centred: bool = False


class Pair(msgspec.Struct, frozen=True, tag=True):
    """A label at the left edge and its value at the right one."""

    label: str
    value: str
    style: Style = Style.BODY


class Rule(msgspec.Struct, frozen=True, tag=True):
    """A line across the paper."""


class Code(msgspec.Struct, frozen=True, tag=True):
    """A QR code, with its content in plain letters below it, or with `caption` instead."""

    content: str
    caption: str | None = None


class Ticket(msgspec.Struct, frozen=True):
    """What is printed, top to bottom, and then cut."""

    lines: list[Text | Pair | Rule | Code]
    language: str = "hi"
