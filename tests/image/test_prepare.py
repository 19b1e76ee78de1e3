"""A first start makes what no two kiosks share; a second one leaves it alone."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import msgspec
import pytest

from firmware.boot import prepare, safe_screen
from firmware.boot.bus_files import BusFiles
from firmware.runtime.config import PathsSection, load
from tests.image.unit_files import ROOT

FACTORY = ROOT / "image-build" / "factory.toml"


def test_two_machines_out_of_the_same_image_have_two_names(tmp_path: Path) -> None:
    ids = []
    for number, machine in enumerate(("0123456789abcdef", "fedcba9876543210")):
        path = tmp_path / f"{number}.toml"
        assert prepare.first_config(path, FACTORY, machine)
        ids.append(load(path).kiosk.id)
    assert ids == ["new-01234567", "new-fedcba98"]


def test_a_later_start_does_not_touch_what_the_technician_wrote(tmp_path: Path) -> None:
    path = tmp_path / "kiosk.toml"
    path.write_text("mine", encoding="utf-8")
    assert not prepare.first_config(path, FACTORY, "0123456789abcdef")
    assert path.read_text(encoding="utf-8") == "mine"


def test_every_device_and_every_wire_of_the_example_is_started() -> None:
    units = prepare.units_of(load(ROOT / "docs" / "kiosk.example.toml"))
    assert units[0] == "kiosk-party-line@money.service"
    assert "kiosk-driver@notes.service" in units and "kiosk-driver@panel.service" in units


@pytest.mark.skipif(
    shutil.which("mosquitto_passwd", path="/usr/bin:/usr/sbin") is None, reason="no mosquitto here"
)
def test_a_power_cut_at_a_start_leaves_the_passwords_that_daemons_know(tmp_path: Path) -> None:
    files = BusFiles(
        load(ROOT / "docs" / "kiosk.example.toml"), tmp_path, tmp_path, Path("/run/credentials/x")
    )
    files.write()
    before = {name: (tmp_path / name).read_text() for name in files.names}
    (tmp_path / "passwords.new").write_text("torn")
    files.write()
    assert {name: (tmp_path / name).read_text() for name in files.names} == before
    hashed = (tmp_path / "passwords").read_text()
    assert not any(password.strip() in hashed for password in before.values())
    assert "acl_file /run/credentials/x/acl" in files.settings.read_text()
    assert (tmp_path / "core").stat().st_mode & 0o777 == 0o600


def test_the_console_says_which_unit_failed_and_whom_to_call() -> None:
    said = safe_screen.words(
        {"MONITOR_UNIT": "kiosk-ui.service", "MONITOR_SERVICE_RESULT": "watchdog",
         "MONITOR_EXIT_STATUS": "6"}
    )  # fmt: skip
    assert "kiosk-ui.service ended (watchdog, status 6)" in said
    for line in ("KIOSK BAND HAI", "Paise na daalen", "Sahayata: 181", "No money is taken"):
        assert line in said
    assert said.isascii() and max(map(len, said.splitlines())) <= 80, "an old console has no more"


@pytest.mark.skipif(os.geteuid() != 0, reason="files are given to root")
def test_the_technicians_key_is_read_by_sshd_as_the_technician(tmp_path: Path) -> None:
    """Made under a umask for secrets, the folder let nobody in but root, and so nobody at all."""
    keys = tmp_path / "ssh"
    before = os.umask(0o077)
    try:
        keys.mkdir()
        (keys / "authorized_keys").write_text("ssh-ed25519 AAAA technician\n")
        (keys / "host_ed25519").write_text("secret")
    finally:
        os.umask(before)
    prepare.open_to_sshd(keys)
    assert keys.stat().st_mode & 0o777 == 0o755
    assert (keys / "authorized_keys").stat().st_mode & 0o777 == 0o644
    assert (keys / "host_ed25519").stat().st_mode & 0o777 == 0o600


def test_what_a_meetings_browser_may_is_of_kiosk_toml_and_readable(tmp_path: Path) -> None:
    """Chromium reads it as another user; one it cannot read would be a browser that may all."""
    example = load(ROOT / "docs" / "kiosk.example.toml")
    config = msgspec.structs.replace(example, paths=PathsSection(run=str(tmp_path)))
    prepare.write_policy(config)
    path = tmp_path / "prepare" / "meeting-policy.json"
    assert path.stat().st_mode & 0o777 == 0o644
    said = msgspec.json.decode(path.read_bytes())
    assert said["URLBlocklist"] == ["*"]
    assert said["URLAllowlist"] == said["VideoCaptureAllowedUrls"] == ["https://meet.example.org"]
    linked = (ROOT / "image-build" / "root").read_text(encoding="utf-8")
    assert "ln -s /run/kiosk/prepare/meeting-policy.json" in linked
