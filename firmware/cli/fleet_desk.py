"""What `kioskctl fleet` does: questions to the database, the list of what was installed, commands.

What is asked stands in the views of `firmware/collector/schema`; here it only becomes lines.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import asyncpg

from firmware.cli import fleet_command, fleet_lines, fleet_rabbitmq, fleet_words
from firmware.cli.exits import Exit
from firmware.cli.fleet_lines import Row
from firmware.cli.output import refuse, show
from firmware.collector.database import AWAY, Connection
from firmware.collector.migrate import SchemaError, check_schema
from firmware.collector.reading import KIOSK
from firmware.collector.settings import DSN
from firmware.runtime.clock import INDIA
from firmware.runtime.config import ConfigError

COLUMNS = ("kiosk", "district", "block", "place", "since")
WORKS = ("in_service", "degraded")

QUERIES = {
    "status": "SELECT * FROM fleet_status WHERE {place} ORDER BY district, block, kiosk",
    "why": "SELECT * FROM fleet_why WHERE {place} ORDER BY since NULLS FIRST, kiosk, code",
    "money": "SELECT * FROM fleet_money WHERE {place} ORDER BY in_cash_box DESC, kiosk",
    "papers": """SELECT * FROM fleet_papers WHERE {place} AND days_left <= $2
        ORDER BY days_left, kiosk, device""",
    "silent": """SELECT * FROM fleet_status WHERE {place}
        AND (heard IS NULL OR heard < now() - make_interval(secs => $2 * 3600))
        ORDER BY heard NULLS FIRST, kiosk""",
    "tickets": "SELECT * FROM fleet_tickets WHERE {place} AND is_open ORDER BY since, kiosk",
    "alarms": "SELECT * FROM fleet_alarms ORDER BY found, kiosk, seq",
}
ORDERS = {
    "command": fleet_command.command,
    "desired": fleet_words.desired,
    "notice": fleet_words.notice,
    "pack": fleet_words.pack,
}
PLACE = "($1::text IS NULL OR district = $1)"
IMPORT = """
INSERT INTO installed (kiosk, district, block, place, since)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::date[])
ON CONFLICT (kiosk) DO UPDATE SET district = excluded.district, block = excluded.block,
    place = excluded.place, since = excluded.since"""


class WrongCsv(ValueError):
    """Says the file, the line, expected and got."""


def run(options: argparse.Namespace) -> int:
    """Expected failures in one line and their exit code."""
    try:
        if options.fleet_command == "key":
            return fleet_command.key(options)
        if options.fleet_command == "rabbitmq":
            return _rabbitmq(options)
        if options.fleet_command in ORDERS:
            return asyncio.run(ORDERS[options.fleet_command](options))
        return asyncio.run(_ask(options))
    except (ConfigError, SchemaError, WrongCsv, fleet_command.WrongCommand) as error:
        return refuse(f"fleet: {error}", Exit.CONFIG)
    except AWAY as error:
        return refuse(f"fleet: {error or repr(error)}", Exit.UNAVAILABLE)


async def _ask(options: argparse.Namespace) -> int:
    dsn = options.database or os.environ.get(DSN)
    if not dsn:
        raise ConfigError(f"--database or {DSN}: expected postgresql://..., got nothing")
    # A day of the list of kiosks is one of India, whatever the server's clock is set to.
    connection = await asyncpg.connect(dsn, timeout=10, server_settings={"timezone": str(INDIA)})
    try:
        await check_schema(connection)
        if options.fleet_command == "import":
            return await _import(connection, options)
        if options.fleet_command == "show":
            return await _show(connection, options)
        return await _list(connection, options)
    finally:
        connection.terminate()


async def rows_of(connection: Connection, query: str, *asked: object) -> list[Row]:
    return [dict(record.items()) for record in await connection.fetch(query, *asked)]


async def _list(connection: Connection, options: argparse.Namespace) -> int:
    """1 where the question was for something wrong and there is some."""
    name = options.fleet_command
    query, asked = QUERIES[name].format(place=PLACE), []
    if name != "alarms":
        asked.append(options.district)
    if name in ("papers", "silent"):
        asked.append(options.days if name == "papers" else options.hours)
    found = await rows_of(connection, query, *asked)
    show(options, found, fleet_lines.TABLES[name](found))
    if name == "money":
        return Exit.WELL
    is_bad = any(name != "status" or not _works(row) for row in found)
    return Exit.NOT_WELL if is_bad else Exit.WELL


def _works(row: Row) -> bool:
    return row["condition"] in WORKS


async def _show(connection: Connection, options: argparse.Namespace) -> int:
    kiosk = options.kiosk
    query = "SELECT * FROM {} WHERE kiosk = $1"
    status = await rows_of(connection, query.format("fleet_status"), kiosk)
    if not status:
        return refuse(f"fleet: {kiosk} was never installed and never spoke", Exit.UNKNOWN)
    parts: dict[str, Sequence[Row]] = {"status": status}
    for name in ("why", "money", "papers", "tickets", "alarms"):
        parts[name] = await rows_of(connection, query.format(f"fleet_{name}"), kiosk)
    parts["streams"] = await rows_of(connection, query.format("streams"), kiosk)
    show(options, parts, fleet_lines.show(parts))
    return Exit.WELL if _works(status[0]) else Exit.NOT_WELL


async def _import(connection: Connection, options: argparse.Namespace) -> int:
    """All lines or none; a kiosk that is there is changed, none is taken out."""
    rows = read_csv(options.csv)
    columns = [list(column) for column in zip(*rows, strict=True)] or [[]] * len(COLUMNS)
    await connection.execute(IMPORT, *columns)
    show(options, {"kiosks": len(rows)}, [f"{len(rows)} kiosks"])
    return Exit.WELL


def _rabbitmq(options: argparse.Namespace) -> Exit:
    """Raises ConfigError, WrongCsv."""
    kiosks = [row[0] for row in read_csv(options.csv)]
    found = fleet_rabbitmq.definitions(kiosks, options.collector or [], options.office or [])
    print(fleet_rabbitmq.as_json(found))
    return Exit.WELL


def read_csv(path: Path) -> list[tuple[str, str, str, str, date | None]]:
    """Raises WrongCsv, ConfigError for a file that cannot be read."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from None
    reader = csv.DictReader(text.splitlines())
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise WrongCsv(f"{path}:1: expected {','.join(COLUMNS)}, got {reader.fieldnames}")
    found = {}
    for line in reader:
        where, kiosk = f"{path}:{reader.line_num}", (line["kiosk"] or "").strip()
        if KIOSK.fullmatch(kiosk) is None:
            raise WrongCsv(f"{where}: expected the id of a kiosk, got {kiosk!r}")
        if kiosk in found:
            raise WrongCsv(f"{where}: {kiosk} stands twice")
        names = [(line[each] or "").strip() for each in ("district", "block", "place")]
        found[kiosk] = (kiosk, *names, _day(line["since"] or "", where))
    return list(found.values())  # type: ignore[arg-type]


def _day(text: str, where: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        raise WrongCsv(f"{where}: expected YYYY-MM-DD or nothing, got {text!r}") from None
