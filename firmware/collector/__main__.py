"""`kiosk-collector`: what kiosks say, from a broker into PostgreSQL (docs/fleet.md)."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from aiohttp import web

from firmware.collector.collector import Collector
from firmware.collector.database import Database
from firmware.collector.metrics import application
from firmware.collector.migrate import migrate
from firmware.collector.settings import Settings, load
from firmware.runtime.daemon import notify, start_with

CONFIG = Path("/etc/kiosk-collector/collector.toml")


async def serve(settings: Settings, options: argparse.Namespace) -> None:
    """Raises SchemaError, ConfigError; a database that is not there yet is waited for."""
    database = Database(settings.dsn)
    await migrate(await database.connection())
    broker = settings.broker
    collector = Collector(broker.dial, broker.filters, database)
    collector.figures.database_is_up = True
    runner = web.AppRunner(application(collector.figures, settings.dsn), access_log=None)
    await runner.setup()
    if settings.metrics.port:
        await web.TCPSite(runner, settings.metrics.host, settings.metrics.port).start()
    notify("READY=1")
    try:
        await collector.run()
    finally:
        await runner.cleanup()
        database.close()


def main() -> int:
    return start_with(load, CONFIG, "kiosk-collector", serve)


if __name__ == "__main__":
    sys.exit(main())
