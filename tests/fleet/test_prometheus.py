"""Prometheus itself: it scrapes a collector that 200 kiosks talk to, and answers what the dashboard
and the alert rules ask."""

from __future__ import annotations

import asyncio
import math
import re
import shutil
import subprocess
import time
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import pytest

from firmware.collector.batch import batch_of
from firmware.collector.database import Connection
from firmware.collector.store import Store
from firmware.contract.uplink import Link
from firmware.demo.stage import free_port
from tests.fleet.fleet import SimFleet, Site
from tests.fleet.said import event, events, state, status
from tests.fleet.servers import (
    EXAMPLES,
    CollectorProcess,
    Mosquitto,
    Postgres,
    Server,
    postgres_programs,
)
from tests.fleet.simulate import name_of
from tests.fleet.test_metrics import dashboard

RULES = EXAMPLES / "alerts.yml"
TRIED = sorted(Path(__file__).parent.glob("alerts*_test.yml"))
KIOSKS = 200
SCRAPES = 4  # rates need two
PATIENCE = 30.0  # seconds

pytestmark = pytest.mark.skipif(
    shutil.which("prometheus") is None or shutil.which("promtool") is None,
    reason="no prometheus and promtool: apt-get install prometheus",
)


def promtool(*words: str) -> None:
    done = subprocess.run(["promtool", *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_promtool_takes_the_rules_and_what_scrapes() -> None:
    promtool("check", "config", str(EXAMPLES / "prometheus.yml"))


def test_each_alert_comes_on_its_day_and_not_on_another() -> None:
    promtool("test", "rules", *map(str, TRIED))


def test_no_alert_is_untried() -> None:
    """Where one must come, its test is spelled out in lines; where none, it is in one."""
    rules = set(re.findall(r"- alert: (\w+)", RULES.read_text(encoding="utf-8")))
    tests = "".join(path.read_text(encoding="utf-8") for path in TRIED)
    assert len(rules) >= 9
    assert rules == set(re.findall(r"- alertname: (\w+)\n", tests))


class Prometheus(Server):
    """With docs/fleet/prometheus.yml: another port, and a second where it says half a minute."""

    def __init__(self, folder: Path, target: int) -> None:
        super().__init__(folder)
        self.port = free_port()
        text = (EXAMPLES / "prometheus.yml").read_text(encoding="utf-8")
        for old, new in {
            "127.0.0.1:9464": f"127.0.0.1:{target}", "[alerts.yml]": f"[{RULES}]",
            "_interval: 30s": "_interval: 1s",
        }.items():  # fmt: skip
            assert old in text
            text = text.replace(old, new)
        (folder / "prometheus.yml").write_text(text, encoding="utf-8")

    def command(self) -> list[str]:
        found = shutil.which("prometheus")
        assert found is not None
        return [found, f"--config.file={self.folder}/prometheus.yml", "--log.level=warn",
                f"--storage.tsdb.path={self.folder}/data",
                f"--web.listen-address=127.0.0.1:{self.port}"]  # fmt: skip

    def answers(self) -> bool:
        """It listens before it is ready, and then says 503."""
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}/-/ready").close()
        except OSError:
            return False
        return True


class Api:
    """What Prometheus answers."""

    def __init__(self, port: int, session: aiohttp.ClientSession) -> None:
        self._base, self._session = f"http://127.0.0.1:{port}/api/v1", session

    async def get(self, path: str, **asked: str) -> dict[str, Any]:
        async with self._session.get(f"{self._base}/{path}", params=asked) as answer:
            found: dict[str, Any] = await answer.json()
        assert found["status"] == "success", found
        data: dict[str, Any] = found["data"]
        return data

    async def values(self, expression: str) -> list[float]:
        result = (await self.get("query", query=expression))["result"]
        return [float(each["value"][1]) for each in result]

    async def until_scraped(self) -> None:
        began = time.monotonic()
        while (await self.values("count_over_time(up[1m])") or [0.0])[0] < SCRAPES:
            assert time.monotonic() - began < PATIENCE
            await asyncio.sleep(0.2)


async def tell_of_trouble(dsn: str) -> None:
    """What the simulated kiosks never have: so that every figure is of something."""
    database: Connection = await asyncpg.connect(dsn)
    for kiosk in ("bad-1", "bad-2", "bad-3"):
        insert = "INSERT INTO installed VALUES ($1, 'Jaipur', '', '', NULL)"
        await database.execute(insert, kiosk)
    opened = event(1, "ticket.opened", number="CRN-1", level="block")
    await Store().save(database, batch_of([
        status("bad-1", Link.ONLINE, 1),
        state("bad-1", condition="out_of_service", cash=6_000_000, paper_days=1,
              findings=("receipt.paper.low",)),
        events("bad-1", opened), status("bad-2", Link.OFFLINE, 1), state("bad-2"),
    ]))  # fmt: skip
    alarm = "INSERT INTO alarms (kiosk, stream, seq, code, detail) VALUES ($1, 's', 1, $2, '')"
    await database.execute(alarm, "bad-1", "journal.conflict")
    await database.close()


@pytest.fixture
async def api(folder: Path) -> AsyncIterator[Api]:
    """Kiosks pay while Prometheus looks."""
    broker, database = Mosquitto(folder / "broker", None), Postgres(folder / "pg", "fsync=off")
    collector = CollectorProcess(folder / "c", "collector-a", broker.port, database, None)
    prometheus = Prometheus(folder / "prometheus", collector.metrics_port)
    fleet = SimFleet(map(name_of, range(KIOSKS)), Site(broker.port), seed=1)
    with broker, database, collector:
        fleet.connect(within=1.0)
        await fleet.until_connected(PATIENCE)
        await tell_of_trouble(database.dsn)
        loading = asyncio.create_task(fleet.load(visits_a_second=20, seconds=SCRAPES + 2.0))
        with prometheus:
            async with aiohttp.ClientSession() as session:
                made = Api(prometheus.port, session)
                await made.until_scraped()
                yield made
        await loading
        await fleet.stop()


@pytest.mark.skipif(postgres_programs() is None, reason="no PostgreSQL: apt-get install postgresql")
async def test_every_panel_and_every_rule_is_answered_by_a_real_prometheus(api: Api) -> None:
    expressions = {
        f"{panel['title']}: {target['refId']}": target["expr"].replace("$district", ".*")
        for panel in dashboard()
        for target in panel["targets"]
    }
    values = {name: await api.values(expression) for name, expression in expressions.items()}
    nothing = [name for name, found in values.items() if not found or any(map(math.isnan, found))]
    assert nothing == []
    assert values["Work: A"] == [KIOSKS]
    assert values["Out of service: A"] == values["Silent or offline: A"] == [1]
    assert values["Never online: A"] == [1]
    assert len(values["Kiosks that do not work: A"]) == 3
    groups = (await api.get("rules"))["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    assert {rule["health"] for rule in rules} == {"ok"}, rules
    alerts = (await api.get("alerts"))["alerts"]
    firing = {a["labels"]["alertname"] for a in alerts if a["state"] == "firing"}
    pending = {a["labels"]["alertname"] for a in alerts if a["state"] == "pending"}
    assert firing == {"CashBoxFull", "RecordInQuestion"}
    assert pending >= {"KioskOutOfService", "KioskNeverOnline", "PaperEnds"}
