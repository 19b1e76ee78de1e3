"""`kioskctl fleet desired`, `notice` and `pack`: what a kiosk is to say, and what it is to fetch.

Settings and notices are retained at the broker, signed: a kiosk that is away takes them when it is
back. Each has a version, which is the time in seconds where nobody gives another: the later one
counts.
"""

from __future__ import annotations

import argparse
import getpass
import hashlib
import time
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import msgspec

from firmware.cli.exits import Exit
from firmware.cli.fleet_asking import leave
from firmware.cli.fleet_command import (
    WrongCommand,
    answers,
    code_of,
    line,
    moment,
    read_key,
    sign,
)
from firmware.cli.output import show
from firmware.collector import settings
from firmware.contract.meeting import Planned
from firmware.contract.packs import PackWanted
from firmware.contract.uplink import Desired, FleetCommand, Notice, Verb, Words, topic
from firmware.runtime.config import ConfigError, convert

EVERYBODY = "all"
NEEDED = ("hi", "en")  # languages of every text; others may be there


class DesiredFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`desired.toml`: the whole of what a kiosk is told, as `Desired` has it."""

    health_every: Annotated[int, msgspec.Meta(ge=60, le=3600)] = 300  # seconds
    notice_until: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    notice: Words = {}
    neighbours: list[Words] = []
    meetings: list[Planned] = []


async def desired(options: argparse.Namespace) -> int:
    """0 when the broker has all of them. Raises WrongCommand, ConfigError, OSError."""
    told, signing = read_desired(options.file), read_key(options.key)
    version = options.number or int(time.time())
    letters = [
        (topic(kiosk, "down/desired"), sign(settings_of(told, kiosk, version), signing))
        for kiosk in options.kiosks
    ]
    await leave(settings.load(options.link).broker.dial, letters, options.wait)
    said = f"settings {version} are with the broker, for {', '.join(options.kiosks)}"
    show(options, {"version": version, "kiosks": options.kiosks}, [said])
    return Exit.WELL


def read_desired(path: Path) -> DesiredFile:
    """Raises ConfigError, with the nearest known key."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from None
    told = convert(document, DesiredFile, where=str(path))
    for words in [told.notice] if told.notice else []:
        _check(words, f"{path}: notice")
    for words in told.neighbours:
        _check(words, f"{path}: neighbours")
    return told


def settings_of(told: DesiredFile, kiosk: str, version: int) -> Desired:
    """As one kiosk gets them."""
    return Desired(
        kiosk=kiosk,
        version=version,
        health_every=told.health_every,
        meetings=[msgspec.to_builtins(each) for each in told.meetings],
        neighbours=told.neighbours,
        notice=told.notice,
        notice_until=moment(told.notice_until) if told.notice_until else "",
    )


async def notice(options: argparse.Namespace) -> int:
    """0 when the broker has it. Raises WrongCommand, ConfigError, OSError."""
    version, words = options.number or int(time.time()), notice_words(options)
    said = Notice(version=version, words=words, until=_end(options.until) if words else "")
    signed = sign(said, read_key(options.key))
    to = settings.load(options.link).broker.dial
    await leave(to, [(topic(EVERYBODY, "down/notice"), signed)], options.wait)
    told = f"notice {version} is with the broker, for every kiosk"
    show(options, {"version": version}, [told])
    return Exit.WELL


def notice_words(options: argparse.Namespace) -> Words:
    """Nothing with `--end`. Raises WrongCommand, ConfigError."""
    given = {"hi": options.hi, "en": options.en, "mr": options.mr}
    words = {language: text for language, text in given.items() if text}
    if options.end:
        if words or options.until:
            raise WrongCommand("expected --end alone, or words and --until")
        return {}
    _check(words, "notice")
    try:
        return msgspec.convert(words, Words)
    except msgspec.ValidationError as error:
        raise WrongCommand(f"notice: {error}") from None


def _end(said: str | None) -> str:
    """ISO 8601 with its zone; raises WrongCommand."""
    try:
        end = datetime.fromisoformat(said or "")
    except ValueError:
        end = None
    if end is None or end.tzinfo is None:
        raise WrongCommand(f"--until: expected 2026-11-30T18:00+05:30, got {said}")
    return moment(end)


def _check(words: Words, where: str) -> None:
    if missing := [language for language in NEEDED if not words.get(language)]:
        raise WrongCommand(f"{where}: expected words in {', '.join(NEEDED)}; no {missing[0]}")


async def pack(options: argparse.Namespace) -> int:
    """0 when all have it in force, 1 where one does not take it, 2 where one has not said so yet.
    Raises WrongCommand, ConfigError, OSError."""
    wanted = wanted_of(options.file, options.url)
    now = datetime.now(UTC)
    said = [_order(kiosk, wanted, now, options) for kiosk in options.kiosks]
    found = await answers(options, said)
    lines = [line(each, told[-1]) for each, told in zip(said, found, strict=True) if told]
    show(options, [told[-1] for told in found if told], lines)
    codes = {code_of(told[-1]) if told else Exit.UNKNOWN for told in found}
    return min(codes - {Exit.WELL}, default=Exit.WELL)


def wanted_of(file: Path, url: str) -> PackWanted:
    """Raises WrongCommand for a file that no kiosk would fetch, and OSError."""
    content = file.read_bytes()
    facts = {"url": url, "sha256": hashlib.sha256(content).hexdigest(), "length": len(content)}
    try:
        return msgspec.convert(facts, PackWanted)
    except msgspec.ValidationError as error:
        raise WrongCommand(f"{file}: {error}") from None


def _order(
    kiosk: str, wanted: PackWanted, now: datetime, options: argparse.Namespace
) -> FleetCommand:
    return FleetCommand(
        id=str(uuid4()),
        kiosk=kiosk,
        verb=Verb.CONTENT_PACK,
        issued=moment(now),
        expires=moment(now + timedelta(minutes=options.minutes)),
        by=options.by or getpass.getuser(),
        args=msgspec.to_builtins(wanted),
    )
