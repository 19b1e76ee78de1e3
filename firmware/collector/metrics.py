"""`/metrics`: what this collector did, and the fleet as the database knows it.

A district has hundreds of kiosks, so of one kiosk there are two series and no more; whatever else
is asked of one kiosk, SQL answers (`kioskctl fleet show`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from aiohttp import web

from firmware.collector.database import AWAY, Connection, Database
from firmware.collector.figures import CONTENT_TYPE, Figures, Metric, exposition

FRESH_FOR = 15.0  # seconds: several Prometheuses, and a restless one, ask the database once

KIOSKS = "SELECT district, condition, count(*) AS n FROM fleet_status GROUP BY 1, 2 ORDER BY 1, 2"
MONEY = """SELECT district, sum(in_cash_box)::bigint AS paise, sum(unposted)::bigint AS unposted,
    sum(claims)::bigint AS claims FROM fleet_status GROUP BY 1 ORDER BY 1"""
FINDINGS = "SELECT district, code, count(*) AS n FROM fleet_why GROUP BY 1, 2 ORDER BY 1, 2"
TICKETS = """SELECT district, coalesce(level, '') AS level, count(*) AS n FROM fleet_tickets
    WHERE is_open GROUP BY 1, 2 ORDER BY 1, 2"""
PAPERS = """SELECT district, count(*) AS n FROM fleet_papers WHERE days_left < 3 GROUP BY 1
    ORDER BY 1"""
ALARMS = "SELECT code, count(*) AS n FROM fleet_alarms GROUP BY 1 ORDER BY 1"
UNREADABLE = "SELECT coalesce(sum(times), 0)::bigint AS n FROM unreadable"
EACH = """SELECT kiosk, district, condition IN ('in_service', 'degraded') AS works, in_cash_box
    FROM fleet_status ORDER BY 1"""


class Fleet:
    """What SQL says of the fleet, at most every FRESH_FOR seconds."""

    def __init__(self, database: Database, monotonic: Callable[[], float]) -> None:
        self._database = database
        self._monotonic = monotonic
        self._asked_at = -FRESH_FOR
        self._found: list[Metric] = []
        self._one_at_a_time = asyncio.Lock()

    async def metrics(self) -> list[Metric]:
        """Nothing while the database is away: a figure of yesterday looks like one of today."""
        async with self._one_at_a_time:
            if self._monotonic() - self._asked_at >= FRESH_FOR:
                self._asked_at = self._monotonic()
                try:
                    self._found = await ask(await self._database.connection())
                except AWAY:
                    self._database.close()
                    self._found = []
        return self._found


async def ask(connection: Connection) -> list[Metric]:
    async def gauge(name: str, text: str, query: str, value: str, *labels: str) -> Metric:
        found = await connection.fetch(query)
        samples = [({each: r[each] for each in labels}, float(r[value])) for r in found]
        return Metric(f"kiosk_fleet_{name}", "gauge", text, [*samples])

    return [
        await gauge("kiosks", "Kiosks by what they say of themselves, or by why they say nothing.",
                    KIOSKS, "n", "district", "condition"),
        await gauge("cash_paise", "Cash in the boxes.", MONEY, "paise", "district"),
        await gauge("unposted", "Payments the office has not booked.", MONEY, "unposted",
                    "district"),
        await gauge("claims", "Open claim slips.", MONEY, "claims", "district"),
        await gauge("findings", "Kiosks with this finding.", FINDINGS, "n", "district", "code"),
        await gauge("open_tickets", "Open tickets.", TICKETS, "n", "district", "level"),
        await gauge("papers_ending", "Supplies that end in less than 3 days.", PAPERS, "n",
                    "district"),
        await gauge("alarms", "What is in question about the record.", ALARMS, "n", "code"),
        await gauge("unreadable", "Messages that no one could read.", UNREADABLE, "n"),
        await gauge("kiosk_works", "1 in service or degraded, 0 else.", EACH, "works", "kiosk",
                    "district"),
        await gauge("kiosk_cash_paise", "Cash in this box.", EACH, "in_cash_box", "kiosk",
                    "district"),
    ]  # fmt: skip


def application(figures: Figures, dsn: str) -> web.Application:
    """`/metrics`, and `/ready`: 200 while broker and database are there, else 503."""
    fleet = Fleet(Database(dsn), time.monotonic)

    async def metrics(request: web.Request) -> web.Response:
        own = figures.metrics()
        of_fleet = await fleet.metrics() if figures.database_is_up else []
        text = exposition([*own, *of_fleet])
        return web.Response(body=text.encode(), headers={"Content-Type": CONTENT_TYPE})

    async def ready(request: web.Request) -> web.Response:
        is_ready = figures.broker_is_up and figures.database_is_up
        return web.Response(status=200 if is_ready else 503, text=f"{is_ready}\n")

    routes: dict[str, Callable[[web.Request], Awaitable[web.Response]]] = {
        "/metrics": metrics, "/ready": ready,
    }  # fmt: skip
    made = web.Application()
    made.add_routes([web.get(path, handler) for path, handler in routes.items()])
    return made
