"""The way to the office, from the kernel's own tables and ModemManager's own words."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware.contract.gateway import GatewayState
from firmware.contract.network import Hop, HopName, Network, Sim
from firmware.gateway.network import NetworkWatch, answered, default_route, hops_of, sim_of

# proc(5), net/route of a Raspberry Pi on a village router: addresses are little-endian words.
ROUTE = """\
Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t0101A8C0\t0003\t0\t0\t202\t00000000\t0\t0\t0
eth0\t0001A8C0\t00000000\t0001\t0\t0\t202\t00FFFFFF\t0\t0\t0
"""
ARP = """\
IP address       HW type     Flags       HW address            Mask     Device
192.168.1.1      0x1         0x2         b8:27:eb:01:02:03     *        eth0
192.168.1.9      0x1         0x0         00:00:00:00:00:00     *        eth0
"""
# As mmcli 1.20 prints it with --output-json, cut to what is read here.
MODEM = b"""{"modem":{"3gpp":{"imei":"867000000000000","operator-code":"40470",
"operator-name":"airtel","registration-state":"home"},"generic":{"access-technologies":["lte"],
"signal-quality":{"recent":"yes","value":"62"},"state":"connected","unlock-required":"--"}}}"""
NO_SIM = b"""{"modem":{"3gpp":{"operator-name":"--"},"generic":{"access-technologies":[],
"signal-quality":{"recent":"--","value":"--"},"state":"failed",
"state-failed-reason":"sim-missing"}}}"""
ONLINE, AWAY = GatewayState(True), GatewayState(False, "no answer for 40 s")
NAME = Hop(HopName.NAMES, True, "office.example")


def test_the_router_of_the_village() -> None:
    assert default_route(ROUTE) == ("eth0", "192.168.1.1")


@pytest.mark.parametrize(
    "table", ["", ROUTE.splitlines()[0], ROUTE.replace("\t0003\t", "\t0002\t")]
)
def test_no_router_was_given(table: str) -> None:
    assert default_route(table) is None


def test_a_neighbour_that_answered_and_one_that_did_not() -> None:
    assert answered(ARP, "192.168.1.1") is True
    assert answered(ARP, "192.168.1.9") is False
    assert answered(ARP, "192.168.1.7") is None
    assert answered("", "192.168.1.1") is None


def test_a_modem_with_a_sim() -> None:
    assert sim_of(MODEM) == Sim("airtel", "connected", "lte", 62)


def test_a_modem_whose_sim_was_stolen() -> None:
    assert sim_of(NO_SIM) == Sim("", "failed")


@pytest.mark.parametrize("told", [b"", b"error: couldn't find modem", b"{}", b'{"modem":{}}'])
def test_no_modem_is_fitted(told: bytes) -> None:
    assert sim_of(told) is None


ROUTER = ("eth0", "192.168.1.1")


@pytest.mark.parametrize(
    ("hops", "broken"),
    [
        (hops_of([], None, "", None, NAME, AWAY), HopName.CABLE),
        (hops_of(["eth0"], None, "", None, NAME, AWAY), HopName.ADDRESS),
        (hops_of(["eth0"], ROUTER, "192.168.1.7", False, NAME, AWAY), HopName.ROUTER),
        (
            hops_of(["eth0"], ROUTER, "192.168.1.7", True, Hop(HopName.NAMES, False), AWAY),
            HopName.NAMES,
        ),
        (hops_of(["eth0"], ROUTER, "192.168.1.7", True, NAME, AWAY), HopName.OFFICE),
        (hops_of(["eth0"], ROUTER, "192.168.1.7", False, NAME, ONLINE), None),
    ],
    ids=["no cable", "no address", "router away", "no names", "office away", "all is well"],
)
def test_the_first_hop_that_is_broken_is_the_one_to_tell(
    hops: list[Hop], broken: HopName | None
) -> None:
    found = Network("2026-11-22T10:00:00+05:30", hops).broken
    assert (None if found is None else found.hop) == broken


def test_what_could_not_be_tried_is_not_called_broken() -> None:
    hops = {each.hop: each.is_well for each in hops_of([], None, "", None, NAME, AWAY)}
    assert hops[HopName.ADDRESS] is None and hops[HopName.ROUTER] is None
    assert hops[HopName.NAMES] is None


async def test_this_machine_is_measured_without_a_packet_to_anybody(tmp_path: Path) -> None:
    for name, state in (("lo", "unknown"), ("eth0", "up"), ("eth1", "down"), ("wwan0", "unknown")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "operstate").write_text(f"{state}\n")
    watch = NetworkWatch("https://127.0.0.1:9", lambda: "now", tmp_path)
    found = await watch.measure(AWAY)
    cable, *_, names, office = found.hops
    assert cable == Hop(HopName.CABLE, True, "eth0, wwan0")
    assert names.detail == "127.0.0.1"
    assert office == Hop(HopName.OFFICE, False, "no answer for 40 s")
