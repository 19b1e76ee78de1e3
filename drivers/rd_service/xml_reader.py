"""XML of a stranger, read with suspicion: names and attributes, of texts the length alone.

expat is what every XML reader of Python stands on. Used bare, it needs no package beside it: a
document type is refused before an entity can be declared, so nothing grows and nothing is fetched.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.parsers import expat

MOST_ELEMENTS = 200  # a DeviceInfo with every parameter of a vendor has thirty
DEEPEST = 8  # PidData/DeviceInfo/additional_info/Param is four
LONGEST_VALUE = 200  # characters of an attribute that is used; a certificate is longer, and is not


class XmlError(ValueError):
    """What came is no XML, or not the document that was asked for."""


@dataclass
class Element:
    """One element; `length` is that of its own text, in characters, without white space."""

    name: str
    attributes: dict[str, str] = field(repr=False)
    length: int = 0

    def value(self, name: str) -> str:
        """An attribute; empty where there is none; raises XmlError for one too long to be used."""
        found = self.attributes.get(name, "")
        if len(found) > LONGEST_VALUE:
            raise XmlError(f"expected at most {LONGEST_VALUE} characters of {name}")
        return found.strip()


class _Reader:
    def __init__(self) -> None:
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self._parser = expat.ParserCreate(encoding="UTF-8")
        self._parser.StartDoctypeDeclHandler = self._on_doctype
        self._parser.StartElementHandler = self._on_start
        self._parser.EndElementHandler = self._on_end
        self._parser.CharacterDataHandler = self._on_text

    def read(self, document: bytes) -> list[Element]:
        self._parser.Parse(document, True)
        return self.elements

    def _on_doctype(self, name: str, system: str | None, public: str | None, subset: bool) -> None:
        raise XmlError("expected no document type, got one: entities are not read")

    def _on_start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self.elements) >= MOST_ELEMENTS or len(self._open) >= DEEPEST:
            raise XmlError(f"expected at most {MOST_ELEMENTS} elements, {DEEPEST} deep")
        element = Element(name, attributes)
        self.elements.append(element)
        self._open.append(element)

    def _on_end(self, name: str) -> None:
        self._open.pop()

    def _on_text(self, text: str) -> None:
        self._open[-1].length += len(text.strip())


def read(document: bytes, root: str) -> list[Element]:
    """Every element in its order, the first of this name; raises XmlError."""
    try:
        elements = _Reader().read(document)
    except expat.ExpatError as error:
        raise XmlError(f"expected XML: {error}") from None
    if elements[0].name != root:
        raise XmlError(f"expected {root}, got {elements[0].name[:LONGEST_VALUE]!r}")
    return elements


def one(elements: list[Element], name: str) -> Element:
    """The only element of this name; raises XmlError."""
    found = [each for each in elements if each.name == name]
    if len(found) != 1:
        raise XmlError(f"expected one {name}, got {len(found)}")
    return found[0]
