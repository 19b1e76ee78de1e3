"""A PostgreSQL of the test run's own, and an empty database in it for each test."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from firmware.collector.database import Connection
from firmware.collector.migrate import migrate
from tests.fleet.servers import Postgres, postgres_programs


@pytest.fixture
def folder() -> Iterator[Path]:
    """Short, for a unix socket's path, and open to the user that PostgreSQL runs as."""
    made = Path(tempfile.mkdtemp(prefix="fleet-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Postgres]:
    if postgres_programs() is None:
        pytest.skip("no PostgreSQL here: apt-get install postgresql")
    made = Path(tempfile.mkdtemp(prefix="fleet-"))
    made.chmod(0o755)
    server = Postgres(made / "pg", "fsync=off")  # nobody cuts the mains here
    server.start()
    yield server
    server.stop()
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
async def empty(cluster: Postgres) -> str:
    """The DSN of a database with nothing in it."""
    name = f"fleet_{uuid4().hex[:12]}"
    connection = await asyncpg.connect(cluster.dsn)
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    return cluster.dsn.replace("/postgres?", f"/{name}?")


@pytest.fixture
async def dsn(empty: str) -> str:
    """With the schema of this release."""
    connection = await asyncpg.connect(empty)
    await migrate(connection)
    await connection.close()
    return empty


@pytest.fixture
async def database(dsn: str) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(dsn)
    yield connection
    await connection.close()
