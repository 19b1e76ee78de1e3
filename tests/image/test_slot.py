"""An update never takes a visit away, and a slot that does not work is never called good."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest

from firmware.boot import slot
from firmware.boot.slot import is_good, is_idle, release, was_good
from firmware.boot.stick import the_stick
from firmware.contract.device import Status
from firmware.contract.health import CoreState
from firmware.contract.money import rupees
from firmware.runtime.config import (
    BusSection,
    Config,
    KioskSection,
    PathsSection,
)
from firmware.runtime.durable import write_durably
from firmware.runtime.gateway_section import GatewaySection
from tests.image.unit_files import ROOT

BUILD = ROOT / "image-build"
ALL = frozenset({"core", "health", "ui"})

needs_rauc = pytest.mark.skipif(
    shutil.which("rauc") is None, reason="no rauc: apt-get install rauc"
)


def core(screen: str = "attract", session: str | None = None, operator: str = "") -> CoreState:
    return CoreState(
        status=Status.READY, screen=screen, session=session, inserted=rupees(0),
        in_cash_box=rupees(0), operator=operator, unposted=0, claims=0, journal_rows=1,
        journal_head="0" * 16,
    )  # fmt: skip


def test_an_update_waits_while_somebody_pays_or_the_operator_counts() -> None:
    assert is_idle(core())
    assert not is_idle(core(screen="insert_cash", session="s1"))
    assert not is_idle(core(session="s1"))
    assert not is_idle(core(operator="Asha"))


def plugged(by_id: Path, *names: str) -> Path:
    by_id.mkdir()
    for name in names:
        (by_id / name).touch()
    return by_id


def test_the_stick_is_the_one_that_is_plugged_in(tmp_path: Path) -> None:
    parted = plugged(tmp_path / "a", "usb-Disk_1-0:0", "usb-Disk_1-0:0-part1", "ata-Card-part1")
    assert the_stick(parted).name == "usb-Disk_1-0:0-part1"
    assert the_stick(plugged(tmp_path / "b", "usb-Disk_1-0:0")).name == "usb-Disk_1-0:0"


@pytest.mark.parametrize(
    ("names", "said"), [((), "got none"), (("usb-A-0:0", "usb-B-0:0"), "got usb-A-0:0, usb-B-0:0")]
)
def test_no_stick_and_two_sticks_are_no_stick(
    names: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    with pytest.raises(SystemExit, match=said):
        the_stick(plugged(tmp_path / "by-id", *names))


def test_a_release_whose_core_cannot_read_the_journal_is_not_good() -> None:
    assert is_good(ALL, core())
    broken = CoreState(
        status=Status.OUT_OF_SERVICE, screen="closed", session=None, inserted=rupees(0),
        in_cash_box=rupees(0), unposted=0, claims=0, journal_rows=0, journal_head="",
        no_records_because="journal.db: read-only",
    )  # fmt: skip
    assert not is_good(ALL, broken)
    assert not is_good(ALL, None)
    assert not is_good(ALL - {"ui"}, core())
    held = msgspec.structs.replace(core(), meeting="review")
    assert is_good(ALL - {"ui"}, held), "the screen is the meeting's browser's"
    assert not is_good(ALL - {"core"}, held)


def test_a_release_that_worked_yesterday_is_not_given_up_for_a_full_disk(tmp_path: Path) -> None:
    """Else the machine would start again and again, and nobody could look at what is wrong."""
    good = tmp_path / "good"
    assert not was_good(good, "aa00")
    write_durably(good, b"aa00")
    assert was_good(good, "aa00")
    assert not was_good(good, "bb11"), "the release that was installed today"


async def test_a_new_release_in_which_nobody_lives_ends_its_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """systemd starts the machine again then (FailureAction=), and the boot loader counts."""
    monkeypatch.setattr(slot, "GOOD_WITHIN", 0.0)
    (tmp_path / "technician").write_text("password")
    config = Config(
        kiosk=KioskSection("k", {}, "TST 0001"), gateway=GatewaySection("http://127.0.0.1:9"),
        device={}, paths=PathsSection(str(tmp_path)),
        bus=BusSection(str(tmp_path / "bus.sock"), str(tmp_path)),
    )  # fmt: skip
    monkeypatch.setattr(slot, "release", lambda: "bb11")
    with pytest.raises(SystemExit, match="alive: nobody; the machine starts again"):
        await slot.settle(config, argparse.Namespace())
    write_durably(tmp_path / slot.GOOD, b"bb11")
    await slot.settle(config, argparse.Namespace())  # it was good before: nothing is done


def test_a_machine_without_a_slot_has_no_release(tmp_path: Path) -> None:
    line = tmp_path / "cmdline"
    line.write_text("kiosk.slot=a rauc.slot=A kiosk.roothash=bb11 kiosk.rootsize=4096 quiet\n")
    assert release(line) == "bb11"
    line.write_text("root=/dev/sda1 quiet\n")
    assert release(line) == ""
    assert not was_good(tmp_path / "good", "")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle of small files, signed as a real one is, and the keys beside it."""
    folder = tmp_path_factory.mktemp("bundle")
    for name in ("root.img", "boot-a.img"):
        (folder / name).write_bytes(os.urandom(65536))  # squashfs makes nothing of zeros
    (folder / "root.hash").write_text("0" * 64)
    _run(BUILD / "keys", folder / "keys")
    _run(BUILD / "bundle", "amd64", folder, folder / "x.raucb", *_signer(folder / "keys"))
    return folder


@needs_rauc
def test_a_bundle_of_ours_is_taken_and_one_of_a_stranger_refused(bundle: Path) -> None:
    _run(BUILD / "keys", bundle / "stranger")
    _run(BUILD / "bundle", "amd64", bundle, bundle / "y.raucb", *_signer(bundle / "stranger"))
    assert _info(bundle, "x.raucb").returncode == 0
    refused = _info(bundle, "y.raucb")
    assert refused.returncode != 0 and "signature" in (refused.stdout + refused.stderr).lower()


@needs_rauc
def test_a_bundle_that_was_changed_on_the_stick_is_refused(bundle: Path) -> None:
    content = bytearray((bundle / "x.raucb").read_bytes())
    content[-40] ^= 1  # in the signature, which is the end of the file
    (bundle / "z.raucb").write_bytes(content)
    assert _info(bundle, "z.raucb").returncode != 0


@pytest.mark.parametrize(("name", "letter"), [("boot.0", b"A"), ("boot.1", b"B")])
def test_the_boot_partition_gets_the_name_of_the_slot_it_lies_in(
    tmp_path: Path, name: str, letter: bytes
) -> None:
    """Both would be called BOOT-A, and the boot loader would start the old kernel for ever."""
    device = tmp_path / "boot"
    image = bytearray(64 * 512)
    image[14:16], image[16], image[36:40] = b"\x20\x00", 2, b"\x08\x00\x00\x00"
    device.write_bytes(image)
    subprocess.run(
        [BUILD / "rauc" / "hook", "slot-post-install"], check=True,
        env={"RAUC_SLOT_NAME": name, "RAUC_SLOT_DEVICE": str(device), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    written = device.read_bytes()
    assert written[71:77] == b"BOOT-" + letter
    assert written[48 * 512 :][:6] == b"BOOT-" + letter
    assert len(written) == len(image)


def _signer(folder: Path) -> tuple[Path, Path]:
    return folder / "signer.pem", folder / "signer.key"


def _run(*command: Path | str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=60)


def _info(folder: Path, name: str) -> subprocess.CompletedProcess[str]:
    command = ["rauc", "info", f"--keyring={folder / 'keys' / 'ca.pem'}", str(folder / name)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
