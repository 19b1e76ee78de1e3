"""Bytes of IPP and back: RFC 8010 in its order. What the attributes mean is not known here.

    version(2) operation or status(2) request-id(4)
    groups:     tag(1), then attributes
    attributes: value tag(1) name length(2) name value length(2) value; more values have no name
    end tag 03, then the document

A library that is kept well exists for monitoring (pyipp), but it sends no documents and waits
inside; a protocol here may not wait.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum

VERSION = (2, 0)  # IPP/2.0, as IPP Everywhere wants it (PWG 5100.14, 4.1)
LONGEST_VALUE = 32767  # bytes (RFC 8010, 3.9: lengths are SIGNED-SHORT)
DEEPEST = 4  # collections in collections; media-col-database has two


class IppError(ValueError):
    """Not IPP: says where, what was expected and what was found."""


class Group(IntEnum):
    """RFC 8010, 3.5.1."""

    OPERATION = 0x01
    JOB = 0x02
    END = 0x03
    PRINTER = 0x04
    UNSUPPORTED = 0x05


class Tag(IntEnum):
    """RFC 8010, 3.5.2."""

    UNSUPPORTED = 0x10
    UNKNOWN = 0x12
    NO_VALUE = 0x13
    INTEGER = 0x21
    BOOLEAN = 0x22
    ENUM = 0x23
    OCTETS = 0x30
    DATE_TIME = 0x31
    RESOLUTION = 0x32
    RANGE = 0x33
    BEGIN_COLLECTION = 0x34
    TEXT_WITH_LANGUAGE = 0x35
    NAME_WITH_LANGUAGE = 0x36
    END_COLLECTION = 0x37
    TEXT = 0x41
    NAME = 0x42
    KEYWORD = 0x44
    URI = 0x45
    URI_SCHEME = 0x46
    CHARSET = 0x47
    LANGUAGE = 0x48
    MIME = 0x49
    MEMBER_NAME = 0x4A


OUT_OF_BAND = range(0x10, 0x20)
STRINGS = range(0x40, 0x60)
GROUPS = {each.value: each for each in Group}
TAGS = {each.value: each for each in Tag}
LAST_DELIMITER = 0x0F


@dataclass(frozen=True)
class Range:
    lower: int
    upper: int


@dataclass(frozen=True)
class Resolution:
    """`unit` 3 is dots an inch, 4 a centimetre."""

    across: int
    along: int
    unit: int = 3


@dataclass(frozen=True)
class Attribute:
    """One name and its values, all written with one tag; a collection is a tuple of Attributes."""

    tag: Tag
    name: str
    values: tuple[Value, ...]


Value = None | int | bool | str | bytes | Range | Resolution | tuple[Attribute, ...]


@dataclass(frozen=True)
class Section:
    """One group and its attributes."""

    group: Group
    attributes: tuple[Attribute, ...] = ()

    def get(self, name: str) -> tuple[Value, ...]:
        """The values; empty where it is not there or has none."""
        found = (each.values for each in self.attributes if each.name == name)
        return tuple(value for value in next(found, ()) if value is not None)

    def text(self, name: str) -> str:
        return next(iter(self.texts(name)), "")

    def texts(self, name: str) -> list[str]:
        return [value for value in self.get(name) if isinstance(value, str)]

    def number(self, name: str) -> int | None:
        return next(iter(self.numbers(name)), None)

    def numbers(self, name: str) -> list[int]:
        return [v for v in self.get(name) if isinstance(v, int) and not isinstance(v, bool)]


@dataclass(frozen=True)
class Message:
    """A request or an answer; `code` is its operation or its status."""

    code: int
    request_id: int
    sections: tuple[Section, ...] = ()
    document: bytes = field(default=b"", repr=False)  # a citizen's paper is in no log
    version: tuple[int, int] = VERSION

    def section(self, group: Group) -> Section:
        """The first of its kind; an empty one where there is none."""
        found = (each for each in self.sections if each.group is group)
        return next(found, Section(group))

    def all(self, group: Group) -> list[Section]:
        return [each for each in self.sections if each.group is group]


# --- writing -----------------------------------------------------------------------------------


def encode(message: Message) -> bytes:
    out = bytearray(struct.pack(">BBHI", *message.version, message.code, message.request_id))
    for section in message.sections:
        out.append(section.group)
        for attribute in section.attributes:
            out += _attribute(attribute)
    out.append(Group.END)
    return bytes(out) + message.document


def _attribute(attribute: Attribute) -> bytes:
    out, name = bytearray(), attribute.name
    for value in attribute.values or (None,):
        out += _value(attribute.tag, name, value)
        name = ""
    return bytes(out)


def _value(tag: Tag, name: str, value: Value) -> bytes:
    if isinstance(value, tuple):
        return _piece(Tag.BEGIN_COLLECTION, name, b"") + _members(value)
    if value is None and tag not in OUT_OF_BAND:
        tag = Tag.NO_VALUE
    return _piece(tag, name, _content(value))


def _members(members: Iterable[Attribute]) -> bytes:
    out = bytearray()
    for member in members:
        out += _piece(Tag.MEMBER_NAME, "", member.name.encode())
        for value in member.values or (None,):
            out += _value(member.tag, "", value)
    return bytes(out) + _piece(Tag.END_COLLECTION, "", b"")


def _piece(tag: Tag, name: str, content: bytes) -> bytes:
    if len(content) > LONGEST_VALUE:
        raise IppError(f"{name}: expected at most {LONGEST_VALUE} bytes, got {len(content)}")
    raw = name.encode()
    return struct.pack(">BH", tag, len(raw)) + raw + struct.pack(">H", len(content)) + content


def _content(value: Value) -> bytes:
    match value:
        case None | tuple():
            return b""
        case bool():
            return bytes((value,))
        case int():
            return struct.pack(">i", value)
        case str():
            return value.encode()
        case bytes():
            return value
        case Range(lower, upper):
            return struct.pack(">ii", lower, upper)
        case Resolution(across, along, unit):
            return struct.pack(">iib", across, along, unit)


# --- reading -----------------------------------------------------------------------------------


def decode(data: bytes) -> Message:
    """A whole message with whatever follows it as its document; raises IppError."""
    reader = _Reader(data)
    major, minor, code, request_id = struct.unpack(">BBHI", reader.take(8, "a header"))
    sections = tuple(reader.sections())
    return Message(code, request_id, sections, data[reader.at :], (major, minor))


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data, self.at = data, 0

    def take(self, count: int, what: str) -> bytes:
        piece = self._data[self.at : self.at + count]
        if len(piece) < count:
            raise IppError(f"byte {self.at}: expected {what} of {count}, got {len(piece)} bytes")
        self.at += count
        return piece

    def _peek(self) -> int:
        if self.at >= len(self._data):
            raise IppError(f"byte {self.at}: expected a tag, got the end")
        return self._data[self.at]

    def _counted(self, what: str) -> bytes:
        (length,) = struct.unpack(">H", self.take(2, f"the length of {what}"))
        return self.take(length, what)

    def sections(self) -> Iterator[Section]:
        while (tag := self.take(1, "a group")[0]) != Group.END:
            attributes = tuple(self._attributes())
            if tag in GROUPS:  # groups of later standards are skipped whole
                yield Section(GROUPS[tag], attributes)

    def _attributes(self) -> Iterator[Attribute]:
        while self._peek() > LAST_DELIMITER:
            tag, name, value = self._piece(0)
            values = [value]
            while self._peek() > LAST_DELIMITER and self._has_no_name():
                values.append(self._piece(0)[2])
            yield Attribute(tag, name, tuple(values))

    def _has_no_name(self) -> bool:
        return self._data[self.at + 1 : self.at + 3] == b"\0\0"

    def _piece(self, depth: int) -> tuple[Tag, str, Value]:
        at, raw = self.at, self.take(1, "a value tag")[0]
        name = _text(self._counted("a name"))
        content = self._counted(f"the value of {name}")
        if raw == Tag.BEGIN_COLLECTION:
            return Tag.BEGIN_COLLECTION, name, tuple(self._collection(depth + 1))
        try:
            return _tag(raw), name, _read(raw, content)
        except struct.error:
            raise IppError(
                f"byte {at}: {name}: expected a value of tag {raw:02x}, got {content.hex()}"
            ) from None

    def _collection(self, depth: int) -> Iterator[Attribute]:
        if depth > DEEPEST:
            raise IppError(f"byte {self.at}: expected at most {DEEPEST} collections in each other")
        tag, _, value = self._piece(depth)
        while tag is not Tag.END_COLLECTION:
            if tag is not Tag.MEMBER_NAME or not isinstance(value, str):
                raise IppError(f"byte {self.at}: expected the name of a member, got {tag.name}")
            name, values, member = value, list[Value](), Tag.NO_VALUE
            tag, _, value = self._piece(depth)
            while tag not in (Tag.MEMBER_NAME, Tag.END_COLLECTION):
                values.append(value)
                member = tag
                tag, _, value = self._piece(depth)
            yield Attribute(member, name, tuple(values))


def _tag(raw: int) -> Tag:
    """Tags of later standards are read as octets or, where they say so, as texts (3.5.2)."""
    if raw in TAGS:
        return TAGS[raw]
    if raw in OUT_OF_BAND:
        return Tag.NO_VALUE
    return Tag.TEXT if raw in STRINGS else Tag.OCTETS


def _read(raw: int, content: bytes) -> Value:
    if raw in OUT_OF_BAND:
        return None
    if raw in (Tag.INTEGER, Tag.ENUM):
        (number,) = struct.unpack(">i", content)
        return int(number)
    match raw:
        case Tag.BOOLEAN:
            return bool(struct.unpack(">B", content)[0])
        case Tag.RANGE:
            return Range(*struct.unpack(">ii", content))
        case Tag.RESOLUTION:
            return Resolution(*struct.unpack(">iib", content))
        case Tag.TEXT_WITH_LANGUAGE | Tag.NAME_WITH_LANGUAGE:
            (skip,) = struct.unpack_from(">H", content)
            return _text(content[2 + skip + 2 :])
    return _text(content) if raw in STRINGS else content


def _text(content: bytes) -> str:
    """Some printers say Latin-1 and call it UTF-8; a wrong letter in a name is no broken wire."""
    return content.decode("utf-8", "replace")
