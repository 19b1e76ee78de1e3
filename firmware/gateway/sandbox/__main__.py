"""`kiosk-sandbox`: the sandbox back end on a loopback port."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web

from firmware.gateway.sandbox.card_counter import CardCounter
from firmware.gateway.sandbox.cards import CardOffice
from firmware.gateway.sandbox.counter import Counter, RegisterCounter
from firmware.gateway.sandbox.faults import Faults
from firmware.gateway.sandbox.office import Office, Refusal
from firmware.gateway.sandbox.rates_counter import RatesCounter
from firmware.gateway.sandbox.register import Register
from firmware.gateway.sandbox.upi import UpiOffice
from firmware.gateway.sandbox.upi_counter import UpiCounter
from firmware.runtime.clock import SystemClock
from firmware.runtime.config import Config
from firmware.runtime.daemon import notify, start

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def say_no(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A Refusal becomes its HTTP status."""
    try:
        return await handler(request)
    except Refusal as refusal:
        return web.json_response({"why": refusal.why}, status=refusal.status)


def application_in(folder: Path) -> web.Application:
    """The whole sandbox; its books are in `folder`."""
    cards, faults = CardOffice(folder / "cards.db"), Faults()
    application = web.Application(middlewares=[faults.befall, say_no])
    application.add_routes(faults.routes())
    application.add_routes(Counter(Office(folder / "office.db")).routes())
    register = Register(folder / "register.db", SystemClock().now)
    application.add_routes(RegisterCounter(register).routes())
    application.add_routes(RatesCounter(folder).routes())
    application.add_routes(CardCounter(cards, time.time).routes())
    application.add_routes(UpiCounter(UpiOffice(folder / "upi.db")).routes())
    return application


async def serve(config: Config, options: argparse.Namespace) -> None:
    application = application_in(config.state_folder / "sandbox")
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    url = urlsplit(config.gateway.url)
    await web.TCPSite(runner, url.hostname, url.port).start()
    notify("READY=1")
    try:
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


def main() -> int:
    return start("kiosk-sandbox", serve)


if __name__ == "__main__":
    sys.exit(main())
