"""A machine out of its box: what it says of itself until a person names it."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from firmware.contract.device import Kind
from firmware.contract.screen import Attract, Commissioning
from firmware.core.newcomer import LOOK_EVERY, Newcomer, addresses, fingerprint
from firmware.runtime.config import Config, DeviceSection, load
from tests.firmware.core.world import CONFIG, World

FACTORY = Path(__file__).parents[3] / "image-build" / "factory.toml"
# The public key of RFC 8032, 7.1, test 1; its fingerprint as ssh-keygen -l tells it
PUBLIC = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea kiosk\n"
FINGERPRINT = "SHA256:bbXpuKG6zhzdmnxq256TlqzFBzRl2f6OOg722cYNbU8"


def out_of_the_box(folder: Path) -> Config:
    """As kiosk-prepare writes it at a first start."""
    path = folder / "kiosk.toml"
    path.write_text(FACTORY.read_text(encoding="utf-8").replace("@ID@", "3f9c01ab"))
    return load(path)


def newcomer(config: Config, folder: Path, has_certificate: bool = False) -> Newcomer:
    leases = folder / "leases"
    leases.mkdir(exist_ok=True)
    return Newcomer(config, has_certificate, leases, folder / "host.pub")


def test_a_machine_out_of_its_box_says_who_it_is_and_all_that_is_to_be_done(tmp_path: Path) -> None:
    seen = newcomer(out_of_the_box(tmp_path), tmp_path).look(0.0)
    assert seen == Commissioning(
        machine="new-3f9c01ab",
        addresses=[],
        ssh_key="",
        todo=[
            f"commissioning.todo.{step}"
            for step in ("name", "devices", "office", "office_key", "certificate")
        ],
    )


def test_what_is_done_is_not_to_be_done(tmp_path: Path) -> None:
    half = replace(
        out_of_the_box(tmp_path),
        device={"notes": DeviceSection("itl_ssp", Kind.NOTES)},
        gateway=replace(CONFIG.gateway, office_key="ab" * 32),
    )
    seen = newcomer(half, tmp_path, has_certificate=True).look(0.0)
    assert seen is not None and seen.todo == ["commissioning.todo.name"]


def test_a_cable_pushed_in_later_brings_an_address_to_the_screen(tmp_path: Path) -> None:
    young = newcomer(out_of_the_box(tmp_path), tmp_path)
    before = young.look(0.0)
    lease = tmp_path / "leases" / "2"
    lease.write_text("# given by the network\nADDRESS=192.168.1.73\nNETMASK=255.255.255.0\n")
    assert young.look(LOOK_EVERY - 1) == before
    after = young.look(LOOK_EVERY)
    assert after is not None and after.addresses == ["192.168.1.73"]


def test_a_folder_without_leases_is_a_machine_without_a_network(tmp_path: Path) -> None:
    assert addresses(tmp_path / "nowhere") == []


def test_the_fingerprint_is_the_one_that_ssh_asks_about(tmp_path: Path) -> None:
    key = tmp_path / "host.pub"
    for nothing in ("", "ssh-ed25519", "ssh-ed25519 AAA$ kiosk", "नमस्ते x"):
        key.write_text(nothing, encoding="utf-8")
        assert fingerprint(key) == ""
    key.write_text(PUBLIC)
    assert fingerprint(key) == FINGERPRINT


def test_a_kiosk_that_has_its_name_shows_its_window(tmp_path: Path) -> None:
    assert newcomer(CONFIG, tmp_path).look(0.0) is None
    world = World(tmp_path)
    assert isinstance(world.core.screen(0.0).data, Attract)
    world.core.floor.newcomer = newcomer(out_of_the_box(tmp_path), tmp_path).look(0.0)
    assert world.core.screen(1.0).data == world.core.floor.newcomer
