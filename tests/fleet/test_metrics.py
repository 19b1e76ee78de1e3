"""What Prometheus and Grafana get: read by Prometheus' own client, and every figure they ask for
is one that we tell."""

from __future__ import annotations

import json
import re
from itertools import combinations
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client.parser import text_string_to_metric_families

from firmware.collector.batch import batch_of
from firmware.collector.database import Connection
from firmware.collector.figures import Figures, Metric, exposition
from firmware.collector.metrics import application
from firmware.collector.store import Store
from firmware.contract.uplink import Link
from tests.drivers.foreign import foreign_host
from tests.fleet.said import event, events, state, status
from tests.fleet.servers import EXAMPLES

NAME = re.compile(r"kiosk_(?:fleet|collector)_\w+")
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def samples(text: str) -> Samples:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def told(dsn: str, figures: Figures) -> str:
    async with TestClient(TestServer(application(figures, dsn))) as client:
        answer = await client.get("/metrics")
        assert answer.status == 200
        return await answer.text()


@pytest.fixture
async def fleet(database: Connection) -> None:
    insert = "INSERT INTO installed VALUES ($1, $2, '', '', NULL)"
    for kiosk, district in (("rj14-1", "Jaipur"), ("rj14-2", 'Kota "old"')):
        await database.execute(insert, kiosk, district)
    said = [
        status("rj14-1", Link.ONLINE, 1), state("rj14-1", cash=5_000, paper_days=1,
                                                findings=("receipt.paper.low",)),
        events("rj14-1", event(1, "ticket.opened", number="CRN-1", level="block"), event(3)),
    ]  # fmt: skip
    await Store().save(database, batch_of(said))
    await database.execute("UPDATE streams SET gap_since = now() - interval '1 day'")
    await database.execute(
        "INSERT INTO alarms (kiosk, stream, seq, code, detail) VALUES ('a', 'b', 1, 'c.d', '')"
    )


async def test_prometheus_reads_the_fleet_and_the_collector(fleet: None, dsn: str) -> None:
    found = samples(await told(dsn, Figures(rows=7, database_is_up=True)))

    def value(name: str, **labels: str) -> float:
        return found[name, frozenset(labels.items())]

    assert value("kiosk_collector_rows_total") == 7
    assert value("kiosk_fleet_kiosks", district="Jaipur", condition="in_service") == 1
    assert value("kiosk_fleet_kiosks", district='Kota "old"', condition="never") == 1
    assert value("kiosk_fleet_kiosk_cash_paise", kiosk="rj14-1", district="Jaipur") == 5_000
    assert value("kiosk_fleet_kiosk_works", kiosk="rj14-2", district='Kota "old"') == 0
    assert value("kiosk_fleet_open_tickets", district="Jaipur", level="block") == 1


async def test_figures_of_the_fleet_are_left_out_while_the_database_is_away(dsn: str) -> None:
    """A figure of yesterday looks like one of today."""
    found = samples(await told("postgresql:///x?host=/nowhere", Figures()))
    assert not any(name.startswith("kiosk_fleet") for name, _ in found)


def test_a_label_with_quotes_and_lines_is_read_back() -> None:
    odd = 'a "b"\\c\nd'
    text = exposition([Metric("x", "gauge", "h", [({"l": odd}, 1.5)])])
    assert samples(text) == {("x", frozenset({("l", odd)})): 1.5}


def dashboard() -> list[dict[str, Any]]:
    """Its panels."""
    document = json.loads((EXAMPLES / "grafana.json").read_text(encoding="utf-8"))
    return list(document["panels"])


async def test_alerts_and_dashboard_ask_for_nothing_that_nobody_tells(
    fleet: None, dsn: str
) -> None:
    figures = Figures(database_is_up=True)
    figures.count("UpState")
    names = {name for name, _ in samples(await told(dsn, figures))}
    asked = [target["expr"] for panel in dashboard() for target in panel["targets"]]
    asked.append((EXAMPLES / "alerts.yml").read_text(encoding="utf-8"))
    wanted = {name for text in asked for name in NAME.findall(text)}
    assert len(wanted) > 12
    assert wanted - names == set()


def test_no_panel_lies_on_another_and_each_has_a_number_of_its_own() -> None:
    places = [panel["gridPos"] for panel in dashboard()]
    assert len({panel["id"] for panel in dashboard()}) == len(places)
    cells = [
        {(x, y) for x in range(g["x"], g["x"] + g["w"]) for y in range(g["y"], g["y"] + g["h"])}
        for g in places
    ]
    assert all(x < 24 for each in cells for x, _ in each)
    assert not any(one & two for one, two in combinations(cells, 2))


async def test_grafanas_own_types_find_no_fault_in_the_dashboard() -> None:
    """Those of its package @grafana/schema, for want of a Grafana."""
    async with foreign_host("grafana_check.js", str(EXAMPLES / "grafana.json")) as types:
        found = await types.says("faults")
    assert found == {"faults": [], "panels": len(dashboard())}


async def test_the_first_message_that_nobody_can_read_is_an_increase(dsn: str) -> None:
    found = samples(await told(dsn, Figures()))
    assert found["kiosk_collector_messages_total", frozenset({("kind", "unreadable")})] == 0
