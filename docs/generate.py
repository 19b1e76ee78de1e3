"""`python -m docs.generate`: draws `topics.md`, `states.md`, `services.md`, `faults.md`,
`kioskctl.md` and the tables of `devices.md`, so that they cannot be stale.

The topics come from the contract and are drawn here; the states are drawn by `states.py`. A test
compares the committed pages with what this would write.
"""

from __future__ import annotations

import enum
import inspect
import sys
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from docs import access, asyncapi, devices, faults, kioskctl, services, states
from firmware.contract.topics import READERS_OF_ALL, TOPICS, Topic

PAGE = Path(__file__).parent / "topics.md"
HEAD = """\
# The topics of the bus

Drawn by `python -m docs.generate` from `firmware/contract/`; do not edit. The broker's access list
is drawn from the same table, so who is not named here cannot write or read.

Every topic begins with `kiosk/<id>/`. The users `{all}` read them all, but what is marked *alone*.
`driver` is the driver of the device that the topic names, and no other. Documents are JSON; where a
topic carries one of several types, its `type` field names it. A retained topic holds the present
truth: whoever comes later reads it at once.
"""


def page() -> str:
    """The whole of `docs/topics.md`."""
    seen: list[type[Any]] = []
    for topic in TOPICS:
        for each in members(topic.carries):
            collect(each, seen)
    parts = [
        HEAD.format(all="` and `".join(READERS_OF_ALL)),
        "| topic | carries | written by | read by | retained | meaning |",
        "|---|---|---|---|---|---|",
    ]
    table = "\n".join(row(topic) for topic in TOPICS)
    return "\n".join([*parts, table, "", "## Types", "", *map(section, seen)]).rstrip() + "\n"


def row(topic: Topic) -> str:
    carried = " ".join(link(each) for each in members(topic.carries))
    readers = " ".join(topic.readers) or "-"
    if topic.is_private:
        readers += " *alone*"
    retained = "yes" if topic.is_retained else "no"
    cells = (
        f"`{topic.pattern}`", carried, " ".join(topic.writers), readers, retained, topic.meaning
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def link(each: type[Any]) -> str:
    return f"[{each.__name__}](#{each.__name__.lower()})"


def section(each: type[Any]) -> str:
    lines = [f"### {each.__name__}", ""]
    if words := own_words(each):
        lines += [words, ""]
    if issubclass(each, enum.Enum):
        lines += [" ".join(f"`{member.value}`" for member in each), ""]
    elif fields := msgspec.structs.fields(each):
        lines += ["| field | type | default |", "|---|---|---|"]
        spelled = inspect.get_annotations(each)
        for field in fields:
            kind = str(spelled[field.name]).replace("|", "\\|")
            lines.append(f"| `{field.name}` | `{kind}` | {default(field)} |")
        lines.append("")
    return "\n".join(lines)


def own_words(each: type[Any]) -> str:
    """The docstring as one paragraph a blank line; not the one that Enum brings along."""
    return inspect.cleandoc(each.__doc__) if each.__doc__ and "__doc__" in vars(each) else ""


def default(field: msgspec.structs.FieldInfo) -> str:
    if field.default_factory is not msgspec.NODEFAULT:
        return f"`{field.default_factory()}`"
    if field.default is msgspec.NODEFAULT:
        return ""
    value = field.default
    return f"`{value.value if isinstance(value, enum.Enum) else value!r}`"


def collect(each: type[Any], into: list[type[Any]]) -> None:
    """A type and, after it, the types of its fields, each once."""
    if each in into:
        return
    into.append(each)
    if issubclass(each, msgspec.Struct):
        for field in msgspec.structs.fields(each):
            for inner in ours(field.type):
                collect(inner, into)


def ours(annotation: Any) -> Iterator[type[Any]]:
    """The structs and enums of the contract in a type, however deep."""
    if inspect.isclass(annotation) and issubclass(annotation, msgspec.Struct | enum.Enum):
        yield annotation
    for argument in typing.get_args(annotation):
        yield from ours(argument)


def members(carries: Any) -> list[type[Any]]:
    """The types of a union, or the one type."""
    return list(typing.get_args(carries)) if isinstance(carries, types.UnionType) else [carries]


def main() -> int:
    PAGE.write_text(page(), encoding="utf-8")
    asyncapi.PAGE.write_text(asyncapi.page(), encoding="utf-8")
    states.PAGE.write_text(states.page(), encoding="utf-8")
    devices.PAGE.write_text(devices.page(), encoding="utf-8")
    access.PAGE.write_text(access.page(), encoding="utf-8")
    services.PAGE.write_text(services.page(), encoding="utf-8")
    faults.PAGE.write_text(faults.page(), encoding="utf-8")
    kioskctl.PAGE.write_text(kioskctl.page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
