"""Mutual TLS as it fails in the field: the wrong authority, another's name, an old certificate."""

from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from firmware.contract.uplink import Link, UpStatus
from firmware.runtime import wide
from firmware.runtime.uplink_section import UplinkSection
from firmware.uplink.certificate import Certificate, read
from tests.firmware.uplink.fleet import KIOSK, YEAR, FleetBroker, Signer, section_of

GONE = UpStatus(state=Link.OFFLINE, connection=1, boot=1, release="0", t="", t_ok=True)
WILL = ("kiosk/v1/k1/up/status", GONE)


async def why_not(section: UplinkSection) -> wide.NoLink:
    """What a try says, and not after a time-out of anybody's."""
    with pytest.raises(wide.NoLink) as caught:
        async with asyncio.timeout(wide.ANSWERS_WITHIN / 2), wide.connect(section, KIOSK, WILL, []):
            pass
    return caught.value


async def test_both_sides_believe_each_other(fleet: FleetBroker, signer: Signer) -> None:
    async with wide.connect(section_of(fleet, signer), KIOSK, WILL, ["kiosk/v1/k1/down/#"]) as link:
        await link.publish("kiosk/v1/k1/up/state", b"{}", qos=1, retain=True)
        await link.publish("kiosk/v1/k1/up/state", b"{}", qos=1, retain=True)
    assert wide.tls(section_of(fleet, signer)).minimum_version >= ssl.TLSVersion.TLSv1_2


async def test_a_broker_of_another_authority_hears_nothing(
    fleet: FleetBroker, signer: Signer, tmp_path: Path
) -> None:
    stranger = Signer.make(tmp_path / "stranger")
    section = msgspec.structs.replace(section_of(fleet, signer), ca=str(stranger.ca))
    why = await why_not(section)
    assert why.code == "uplink.untrusted"
    assert "not of the authority in [uplink] ca" in why.detail


async def test_a_broker_of_another_name_hears_nothing(signer: Signer, tmp_path: Path) -> None:
    broker = FleetBroker(tmp_path / "other", signer, names=("elsewhere.example.org",))
    broker.start()
    try:
        why = await why_not(section_of(broker, signer))
    finally:
        broker.kill()
    assert why.code == "uplink.untrusted"
    assert "another name than [uplink] broker" in why.detail


async def test_a_clock_of_1970_says_so(tmp_path: Path) -> None:
    """To it every certificate is one of the future."""
    young = Signer.make(tmp_path / "young", begins=datetime.now(UTC) + timedelta(days=1))
    broker = FleetBroker(tmp_path / "other", young)
    broker.start()
    try:
        why = await why_not(section_of(broker, young))
    finally:
        broker.kill()
    assert why.code == "uplink.clock_unset"
    assert "is the clock set?" in why.detail


async def test_the_broker_knows_no_such_authority(
    fleet: FleetBroker, signer: Signer, tmp_path: Path
) -> None:
    """The kiosk's certificate is of an old authority: told at once, and not after a time-out."""
    stranger = Signer.make(tmp_path / "stranger")
    why = await why_not(section_of(fleet, stranger))
    assert why.code == "uplink.refused"
    assert "does not accept the kiosk's certificate" in why.detail


async def test_the_broker_finds_the_certificate_ended(fleet: FleetBroker, signer: Signer) -> None:
    certificate, key = signer.client("old", now=datetime.now(UTC) - 2 * YEAR)
    section = section_of(fleet, signer, certificate=str(certificate), key=str(key))
    assert (await why_not(section)).code == "uplink.refused"


async def test_nobody_is_there(fleet: FleetBroker, signer: Signer) -> None:
    section = section_of(fleet, signer)
    fleet.kill()
    assert (await why_not(section)).code == "uplink.away"


async def test_a_key_that_is_not_the_certificates(fleet: FleetBroker, signer: Signer) -> None:
    _, other = signer.client("other")
    why = await why_not(section_of(fleet, signer, key=str(other)))
    assert why.code == "uplink.certificate_wrong"


async def test_no_certificate_yet(fleet: FleetBroker, signer: Signer, tmp_path: Path) -> None:
    section = section_of(fleet, signer, certificate=str(tmp_path / "none.pem"))
    assert (await why_not(section)).code == "uplink.certificate_wrong"
    found = read(tmp_path / "none.pem")
    assert not isinstance(found, Certificate) and "kioskctl enrol" in found[1]


def test_what_is_wrong_with_our_own_certificate(signer: Signer) -> None:
    now = datetime.now(UTC)
    path, _ = signer.client(KIOSK)
    found = read(path)
    assert isinstance(found, Certificate)
    assert found.trouble(KIOSK, now, clock_is_set=True) is None
    wrong = {
        ("other", now, True): "uplink.certificate_wrong",
        (KIOSK, now + 2 * YEAR, True): "uplink.certificate_expired",
        (KIOSK, datetime(1970, 1, 1, tzinfo=UTC), False): "uplink.clock_unset",
    }
    for (name, at, is_set), code in wrong.items():
        trouble = found.trouble(name, at, is_set)
        assert trouble is not None and trouble[0] == code
    assert found.trouble(KIOSK, now + 2 * YEAR, clock_is_set=False) is None, "who knows?"
