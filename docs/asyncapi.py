"""Draws `docs/fleet-asyncapi.yaml`: the fleet's topics as AsyncAPI 3.0, out of the contract.

Whoever writes a server, or another kiosk, needs that file and no line of ours
(asyncapi.com/docs/reference/specification/v3.0.0). It is YAML of the plainest kind: every scalar is
written as JSON, which YAML 1.2 includes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from firmware.contract import uplink
from firmware.contract.packs import PackWanted
from firmware.contract.uplink import (
    MOST_IN_FLIGHT,
    VERSION,
    Desired,
    DownAck,
    FleetCommand,
    Notice,
    Signed,
    UpEvents,
    UpHealth,
    UpJournal,
    UpReply,
    UpState,
    UpStatus,
    Verb,
)

PAGE = Path(__file__).parent / "fleet-asyncapi.yaml"
HEAD = "# Drawn by `python -m docs.generate` from firmware/contract/uplink.py; do not edit.\n"
REF = "#/components/schemas/{name}"
ABOUT = f"""\
What a kiosk and its fleet say to each other over an MQTT 5 broker, with mutual TLS: client id, user
name and the common name of the certificate are the kiosk's id. A kiosk sends below `up`, and
receives below `down`. Streams (`up/event`, `up/journal`) have numbers without gaps; a receiver
stores them under (kiosk, box, seq) and (kiosk, chain, seq) and then, and not before, sends the
highest number without a gap before it as `down/ack`. At most {MOST_IN_FLIGHT} messages of the
streams are without an ack; what has none for a minute, or comes from a connection before, is sent
again. What is signed carries its text in `body`: Ed25519 over the purpose, a zero byte, and the
bytes of `body`. A field that a reader does not know is passed over. A command that takes its time
is answered twice: `accepted`, and later how it ended."""


@dataclass(frozen=True)
class Channel:
    """One topic, from the kiosk's side: what it sends, or what it receives."""

    rest: str  # below kiosk/v1/<kiosk>/; with `all/` in front of it below kiosk/v1/
    carries: type[msgspec.Struct]
    action: str  # send or receive, of the kiosk
    qos: int
    is_retained: bool
    summary: str
    body: type[msgspec.Struct] | None = None  # of what is signed
    purpose: bytes = b""
    arguments: dict[str, type[msgspec.Struct]] = field(default_factory=dict)  # of verbs

    @property
    def name(self) -> str:
        return self.rest.replace("/", "_")

    @property
    def is_for_all(self) -> bool:
        return self.rest.startswith("all/")


CHANNELS = (
    Channel("up/status", UpStatus, "send", 1, True, "Whether it is connected; its last will"),
    Channel("up/state", UpState, "send", 1, True, "The whole present truth of a kiosk"),
    Channel("up/health", UpHealth, "send", 0, False, "Numbers; what is lost is lost"),
    Channel("up/event", UpEvents, "send", 1, False, "What happened, until it is acknowledged"),
    Channel("up/journal", UpJournal, "send", 1, False, "Rows of money, until acknowledged"),
    Channel("up/reply", UpReply, "send", 1, False, "What came of a command"),
    Channel("down/ack", DownAck, "receive", 1, False, "What is in the fleet's database"),
    Channel("down/desired", Signed, "receive", 1, True, "Settings of the fleet, signed",
            Desired, uplink.DESIRED_PURPOSE),
    Channel("down/command", Signed, "receive", 1, False, "A command of the fleet, signed",
            FleetCommand, uplink.COMMAND_PURPOSE, {Verb.CONTENT_PACK: PackWanted}),
    Channel("all/down/notice", Signed, "receive", 1, True, "A sentence for every kiosk, signed",
            Notice, uplink.NOTICE_PURPOSE),
)  # fmt: skip


def page() -> str:
    """The whole file."""
    return HEAD + "\n".join(_yaml(document(), 0)) + "\n"


def document() -> dict[str, Any]:
    """As AsyncAPI has it."""
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Kiosk fleet", "version": VERSION, "description": ABOUT},
        "defaultContentType": "application/json",
        "servers": {
            "fleet": {
                "host": "fleet.example.org:8883",
                "protocol": "secure-mqtt",
                "protocolVersion": "5",
                "security": [{"type": "X509", "description": "one certificate a kiosk"}],
            }
        },
        "channels": {each.name: _channel(each) for each in CHANNELS},
        "operations": {each.name: _operation(each) for each in CHANNELS},
        "components": {
            "messages": {name: _message(name) for name in _messages()},
            "schemas": _schemas(),
        },
    }


def _channel(each: Channel) -> dict[str, Any]:
    name = each.carries.__name__
    ours = {"kiosk": {"description": "The kiosk's id, as in its certificate."}}
    return {
        "address": f"kiosk/{VERSION}/{'' if each.is_for_all else '{kiosk}/'}{each.rest}",
        "summary": each.summary,
        **({} if each.is_for_all else {"parameters": ours}),
        "messages": {name: {"$ref": f"#/components/messages/{name}"}},
    }


def _operation(each: Channel) -> dict[str, Any]:
    found: dict[str, Any] = {
        "action": each.action,
        "channel": {"$ref": f"#/channels/{each.name}"},
        "summary": each.summary,
        "bindings": {"mqtt": {"qos": each.qos, "retain": each.is_retained}},
    }
    if each.body is not None:
        found["x-signed-body"] = {"$ref": REF.format(name=each.body.__name__)}
        found["x-signed-purpose"] = each.purpose.decode()
    if each.arguments:
        found["x-arguments"] = {
            str(verb): {"$ref": REF.format(name=kind.__name__)}
            for verb, kind in each.arguments.items()
        }
    return found


def _messages() -> list[str]:
    return sorted({each.carries.__name__ for each in CHANNELS})


def _message(name: str) -> dict[str, Any]:
    return {"name": name, "payload": {"$ref": REF.format(name=name)}}


def _schemas() -> dict[str, Any]:
    types = {each.carries for each in CHANNELS} | {each.body for each in CHANNELS if each.body}
    types |= {kind for each in CHANNELS for kind in each.arguments.values()}
    ordered = sorted(types, key=lambda each: each.__name__)
    _, schemas = msgspec.json.schema_components(ordered, ref_template=REF)
    return dict(sorted(schemas.items()))


def _yaml(value: Any, depth: int) -> Iterator[str]:
    """Block style for what has members, JSON for the rest."""
    pad = "  " * depth
    members = value.items() if isinstance(value, dict) else ((None, each) for each in value)
    for name, each in members:
        mark = f"{pad}-" if name is None else f"{pad}{json.dumps(name)}:"
        if isinstance(each, dict | list) and each:
            yield mark
            yield from _yaml(each, depth + 1)
        else:
            yield f"{mark} {json.dumps(each, ensure_ascii=False)}"
