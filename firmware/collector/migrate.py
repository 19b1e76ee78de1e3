"""Brings the database to the schema of this release: numbered SQL files, each applied once.

A file that was applied is never changed; a database of a newer release is left alone.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from firmware.collector.database import Connection

FOLDER = Path(__file__).parent / "schema"
NAME = re.compile(r"(\d{4})_[a-z_]+\.sql")
LOCK = 0x6B696F736B  # "kiosk": pg_advisory_xact_lock, so that one of several collectors migrates

TABLE = """
CREATE TABLE IF NOT EXISTS schema_version (
    number integer PRIMARY KEY, name text NOT NULL, digest text NOT NULL,
    applied timestamptz NOT NULL DEFAULT now())"""


class SchemaError(ValueError):
    """The database and this release do not fit; says which file, expected and got."""


@dataclass(frozen=True)
class Step:
    number: int
    name: str
    text: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


def steps(folder: Path = FOLDER) -> list[Step]:
    """Raises SchemaError where numbers are not 1, 2, 3 ..."""
    found: list[Step] = []
    for path in sorted(folder.glob("*.sql")):
        match = NAME.fullmatch(path.name)
        if match is None or int(match[1]) != len(found) + 1:
            raise SchemaError(f"{path}: expected number {len(found) + 1:04d}_")
        found.append(Step(int(match[1]), path.name, path.read_text(encoding="utf-8")))
    return found


async def check_schema(connection: Connection) -> None:
    """Raises SchemaError where the database is of another release, or no fleet's at all."""
    wanted = len(steps(FOLDER))
    is_there = await connection.fetchval("SELECT to_regclass('schema_version') IS NOT NULL")
    found = await connection.fetchval("SELECT count(*) FROM schema_version") if is_there else 0
    if found != wanted:
        raise SchemaError(f"expected schema {wanted}, got {found}: kiosk-collector migrates it")


async def migrate(connection: Connection, folder: Path = FOLDER) -> list[str]:
    """Apply what is missing, all or nothing; the names of it. Raises SchemaError."""
    known = steps(folder)
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
        await connection.execute(TABLE)
        applied = await connection.fetch("SELECT number, name, digest FROM schema_version")
        digests = {record["number"]: record["digest"] for record in applied}
        if len(digests) > len(known):
            raise SchemaError(f"expected schema {len(known)} or older, got {len(digests)}")
        for step in known:
            if digests.get(step.number, step.digest) != step.digest:
                raise SchemaError(f"{step.name} was changed after it was applied")
        missing = known[len(digests) :]
        for step in missing:
            await connection.execute(step.text)
            await connection.execute(
                "INSERT INTO schema_version (number, name, digest) VALUES ($1, $2, $3)",
                step.number, step.name, step.digest,
            )  # fmt: skip
    return [step.name for step in missing]
