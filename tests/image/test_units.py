"""The units: one a process, none that may more than it needs, each with a way out of a loop."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from firmware.boot.restart import command_of
from firmware.content.handed import PACK, packs_folder
from firmware.contract.desk import DAEMONS
from firmware.demo.template import TEMPLATE
from firmware.meeting.__main__ import HALL
from firmware.meeting.hall import ORDER
from tests.image import unit_files as units
from tests.image.unit_files import ROOT, UNITS

MOST_EXPOSED = 20  # tenths, of `systemd-analyze security`: 2.0
MAY_BE_MORE_EXPOSED = {"kiosk-meeting.service": 25}  # a browser: it makes its own sandbox
NO_UNIT = {  # entry points that nobody leaves running on a kiosk
    "kiosk-demo": "demo and training",
    "kiosk-dock": "a window with hands, beside the demo",
    "kiosk-bench": "emulated devices; a unit of tests and training only",
    "kiosk-sandbox": "a back end to try things on; a unit of tests and training only",
    "kiosk-scan": "kioskctl device scan runs it",
    "kiosk-replay": "kioskctl device replay runs it",
    "kiosk-update": "a technician runs it, for one bundle",
    "kiosk-collector": "a server of the district runs it, and the image does not have it",
}
MAY_USE_THE_NETWORK = {
    "kiosk-gateway.service", "kiosk-uplink.service", "kiosk-driver@page.service",
    "kiosk-driver@finger.service",
    "kiosk-meeting.service",
}  # fmt: skip
ENDS_BY_ITSELF = {
    "kiosk-prepare.service", "kiosk-devices.service", "kiosk-safe-screen.service",
    "kiosk-good.service", "kiosk-meeting.service", "kiosk-restart.service",
    "kiosk-content.service",
}  # fmt: skip
FOR_WHO_WANTS_IT = {"kiosk-practice.service"}  # started by its socket, one practice a life
FEEDS_NO_WATCHDOG = {*ENDS_BY_ITSELF, "kiosk-bus.service"}
BUS_PASSWORD = ":/etc/kiosk/bus/"

# Keys of systemd 254; the image has 257, and Debian 12 does not know them.
NEWER = ("RestartMode", "RestartSteps", "RestartMaxDelaySec")

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None,
    reason="no systemd-analyze here: apt-get install systemd",
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return units.install(tmp_path_factory.mktemp("root"))


def test_a_release_in_which_nothing_begins_is_given_up() -> None:
    """kiosk-prepare of a broken one was started again, for ever, and all waited for it."""
    unit = "kiosk-good.service"
    assert units.value(unit, "FailureAction") == units.value(unit, "JobTimeoutAction") == "reboot"
    assert units.value(unit, "JobTimeoutSec") == "20min"
    assert units.value(unit, "TimeoutStartSec") == "15min", "it must end by itself before that"


def test_whoever_speaks_on_the_bus_may_open_its_socket() -> None:
    """`kiosk-good` is root and no more than that: without the group it heard nobody, for ever."""
    for unit in units.services():
        settings = units.settings(unit)
        speaks = any(key == "LoadCredential" and BUS_PASSWORD in said for key, said in settings)
        if unit == "kiosk-good.service" or (speaks and unit != "kiosk-bus.service"):
            groups = [said for key, said in settings if key == "SupplementaryGroups"]
            since = len(groups) - groups[::-1].index("") if "" in groups else 0
            assert "kiosk" in " ".join(groups[since:]).split(), unit


def test_every_entry_point_has_a_unit_or_a_reason() -> None:
    started = {
        Path(said.split()[0]).name
        for unit in units.services()
        for key, said in units.settings(unit)
        if key == "ExecStart"
    }
    assert units.programs() - started == set(NO_UNIT)


@needs_systemd
def test_systemd_reads_every_unit_without_a_complaint(root: Path) -> None:
    wanted = [*units.services(), "kiosk.target", "kiosk.slice"]
    said = _systemd("verify", f"--root={root}", "--man=no", *wanted).stderr
    told = [line for line in said.splitlines() if "kiosk" in line]
    wrong = [line for line in told if not any(f"'{key}'" in line for key in NEWER)]
    assert wrong == []


@needs_systemd
@pytest.mark.parametrize("unit", units.services())
def test_a_broken_into_daemon_reaches_next_to_nothing(root: Path, unit: str) -> None:
    most = MAY_BE_MORE_EXPOSED.get(unit, MOST_EXPOSED)
    asked = ["--offline=yes", f"--root={root}", f"--threshold={most}", unit]
    answer = _systemd("security", "--no-pager", *asked)
    assert answer.returncode == 0, answer.stdout


@pytest.mark.parametrize("unit", units.services())
def test_the_network_is_for_those_who_need_it(unit: str) -> None:
    is_shut = units.value(unit, "PrivateNetwork") == "yes"
    assert is_shut != (unit in MAY_USE_THE_NETWORK)


@pytest.mark.parametrize("unit", units.services())
def test_ready_is_said_and_a_hang_is_noticed(unit: str) -> None:
    assert (units.value(unit, "Type") == "notify") == (unit not in ENDS_BY_ITSELF)
    assert bool(units.value(unit, "WatchdogSec")) == (unit not in FEEDS_NO_WATCHDOG)


def test_who_never_comes_up_is_shown_on_the_screen() -> None:
    assert units.value("kiosk-core.service", "OnFailure") == "kiosk-safe-core.service"
    assert units.value("kiosk-ui.service", "OnFailure") == "kiosk-safe-screen.service"
    for unit in ("kiosk-core.service", "kiosk-ui.service"):
        assert units.value(unit, "StartLimitBurst") == "6"


def test_whom_nobody_sees_is_tried_for_ever() -> None:
    """A unit that systemd has given up on a kiosk without a person stays down for good."""
    for unit in set(units.services()) - ENDS_BY_ITSELF - FOR_WHO_WANTS_IT:
        has_safe_mode = bool(units.value(unit, "OnFailure"))
        assert (units.value(unit, "StartLimitIntervalSec") == "0") != has_safe_mode, unit


@pytest.mark.parametrize("unit", units.services())
def test_every_exception_says_why(unit: str) -> None:
    """A drop-in that opens something begins with a comment, or the unit would be a riddle."""
    template = unit if "@" not in unit else f"{unit.split('@')[0]}@.service"
    for path in UNITS.glob(f"{template.replace('@', '@*')}.d/*-may.conf"):
        lines = path.read_text(encoding="utf-8").splitlines()
        after = [line for header, line in pairwise(lines) if header.startswith("[")]
        assert all(line.startswith("#") for line in after), f"{path}: no reason"


def test_two_daemons_never_share_a_user_or_a_folder() -> None:
    running = [unit for unit in units.services() if unit not in ENDS_BY_ITSELF]
    for key, shared in (("User", {"kiosk-core", "kiosk-driver-%i"}), ("StateDirectory", set())):
        said = Counter(units.value(unit, key) for unit in running if units.value(unit, key))
        twice = {name for name, count in said.items() if count > 1}
        assert twice <= shared | {"kiosk/devices/%i"}


def test_every_user_of_a_unit_is_made() -> None:
    text = (ROOT / "systemd/sysusers.d/kiosk.conf").read_text(encoding="utf-8")
    made = set(re.findall(r"^u (\S+)", text, re.MULTILINE))
    wanted = {
        units.value(unit, "User").replace("%i", unit.split("@")[-1].removesuffix(".service"))
        for unit in units.services()
    } - {""}
    assert wanted <= made
    assert {f"kiosk-driver-{name}" for name in _devices()} <= made


def test_users_keep_their_numbers_from_release_to_release() -> None:
    """The journal belongs to a number. One that the next release gave to somebody else would let
    another daemon read it, and lock core out."""
    text = (ROOT / "systemd/sysusers.d/kiosk.conf").read_text(encoding="utf-8")
    numbers = re.findall(r"^[ug] (\S+) +(\S+)", text, re.MULTILINE)
    assert [number for _, number in numbers] == [str(700 + each) for each in range(len(numbers))]
    assert dict(numbers)["kiosk-core"] == "703"


def _devices() -> set[str]:
    example = tomllib.loads((ROOT / "docs/kiosk.example.toml").read_text(encoding="utf-8"))
    staged = set(re.findall(r"^\[device\.(\w+)\]", TEMPLATE, re.MULTILINE))
    return set(example["device"]) | staged


def test_each_driver_reads_its_own_password_and_no_other() -> None:
    for unit in units.services():
        given = [said for key, said in units.settings(unit) if key == "LoadCredential"]
        if unit != "kiosk-bus.service":
            assert len(given) <= 1, unit


def test_whoever_speaks_on_the_bus_may_knock_at_its_socket() -> None:
    """Root without capabilities may not: kiosk-good never heard of core, and no slot was good."""
    for unit in units.services():
        if unit in NOT_ON_THE_BUS:
            continue
        groups: list[str] = []
        for key, said in units.settings(unit):
            if key == "SupplementaryGroups":  # systemd.exec(5): an empty one takes back all before
                groups = [*groups, *said.split()] if said else []
        assert "kiosk" in groups or units.value(unit, "Group") == "kiosk", unit


NOT_ON_THE_BUS = {
    "kiosk-prepare.service", "kiosk-devices.service", "kiosk-meeting.service",
    "kiosk-practice.service", "kiosk-restart.service", "kiosk-content.service",
}  # fmt: skip


def test_all_of_them_fit_into_a_board_of_one_gigabyte() -> None:
    most = re.compile(r"(\d+)M")
    always = ("bus", "core", "gateway", "health", "ui", "uplink")
    limits = [units.value(f"kiosk-{name}.service", "MemoryMax") for name in always]
    assert all(most.fullmatch(limit) for limit in limits)
    whole = re.search(r"MemoryMax=(\d+)M", (UNITS / "kiosk.slice").read_text(encoding="utf-8"))
    assert whole and int(whole[1]) < 1024 - 128  # the kernel and systemd need some, too


def test_practice_is_another_machine() -> None:
    """No group, no name and no wire of the real one; and core alone holds its leash."""
    unit, socket = "kiosk-practice.service", UNITS / "kiosk-practice.socket"
    hidden = " ".join(said for key, said in units.settings(unit) if key == "InaccessiblePaths")
    for path in ("/run/kiosk/bus", "/run/kiosk/core", "/var/lib/kiosk", "/dev/kiosk"):
        assert f"-{path}" in hidden.split()
    groups = [said for key, said in units.settings(unit) if key == "SupplementaryGroups"]
    assert groups[-1] == ""
    for key in ("LoadCredential", "StateDirectory", "DeviceAllow", "AmbientCapabilities"):
        assert units.value(unit, key) == "", key
    for key in ("PrivateNetwork", "PrivateDevices"):
        assert units.value(unit, key) == "yes", key
    assert units.value(unit, "Restart") == "no"
    said = socket.read_text(encoding="utf-8").splitlines()
    assert {"SocketGroup=kiosk-core", "SocketMode=0660"} <= set(said)
    assert "kiosk-practice.socket" in (UNITS / "kiosk.target").read_text(encoding="utf-8")


def test_a_citizen_never_sees_a_console() -> None:
    """Nothing of ours writes on the screen's terminal but the safe screen; nobody logs in there; a
    bug of the screen is told to the journal, and the words of the boot to nobody."""
    for unit in units.services():
        for key in ("StandardOutput", "StandardError", "TTYPath", "StandardInput"):
            assert units.value(unit, key) == "", f"{unit}: {key}; by default it is the journal's"
    writers = [unit for unit in units.services() if "/dev/tty1" in _allowed(unit)]
    assert writers == ["kiosk-safe-screen.service"]
    assert "getty@tty1.service" in units.value("kiosk-safe-screen.service", "Conflicts")
    grub = (ROOT / "image-build/boot/grub.cfg").read_text(encoding="utf-8")
    (line,) = [each for each in grub.splitlines() if each.startswith("linux ")]
    assert {"quiet", *SILENT_BOOT} <= set(line.split())
    root = (ROOT / "image-build/root").read_text(encoding="utf-8")
    assert {"getty@.service", "autovt@.service"} <= set(root.split())


# No line of the kernel but of an emergency, no unit that failed, and no cursor that blinks.
SILENT_BOOT = ("loglevel=1", "systemd.show_status=false", "vt.global_cursor_default=0")


def _allowed(unit: str) -> str:
    return " ".join(said for key, said in units.settings(unit) if key == "DeviceAllow")


def test_the_browser_of_a_meeting_reaches_nothing_of_the_kiosk() -> None:
    """It reads whatever the internet sends: not the bus, not the journal, not a serial port."""
    unit = units.settings("kiosk-meeting.service")
    groups = [said for key, said in unit if key == "SupplementaryGroups"]
    assert groups[groups.index("") :] == ["", "video render input audio"]
    assert not [said for key, said in unit if key == "LoadCredential"]
    hidden = " ".join(said for key, said in unit if key == "InaccessiblePaths").split()
    assert {"-/var/lib/kiosk", "-/run/kiosk/bus", "-/run/kiosk/core"} <= set(hidden)
    devices = {said.split()[0] for key, said in unit if key == "DeviceAllow"}
    assert devices == {"char-drm", "char-input", "char-alsa", "char-video4linux"}
    rules = (ROOT / "systemd/nftables/nftables.conf").read_text(encoding="utf-8")
    shut = rules.index('skuid "kiosk-meeting" oif lo ip daddr != 127.0.0.53 reject')
    assert shut < rules.index("        oif lo accept", rules.index("chain output"))


def test_the_screen_comes_back_however_a_meeting_ends() -> None:
    """And the unit does not begin again: what it waits for is gone."""
    unit = "kiosk-meeting.service"
    assert "kiosk-ui.service" in units.value(unit, "Conflicts").split()
    assert units.value(unit, "OnSuccess") == units.value(unit, "OnFailure") == "kiosk-ui.service"
    assert units.value(unit, "Restart") == "no"
    path = (UNITS / "kiosk-meeting.path").read_text(encoding="utf-8")
    order = "/run/kiosk/meeting/order"
    assert f"PathExists={order}" in path
    assert order in units.value(unit, "ExecStopPost").split()
    assert str(HALL / ORDER) == order


@pytest.mark.parametrize("what", [*DAEMONS, "notes", "card_2"])
def test_the_technician_may_restart_by_systemd_all_that_core_would(what: str) -> None:
    """Core is dead, and a driver with a number in its name was refused: polkit knew letters."""
    rules = (ROOT / "systemd/polkit/50-kiosk.rules").read_text(encoding="utf-8")
    pattern = re.search(r"/(\^kiosk-.*\$)/\.test", rules)
    assert pattern is not None
    unit = command_of(what)[-1]
    assert re.search(pattern[1], unit)
    assert (UNITS / re.sub("@.*[.]", "@.", unit)).exists()


def test_nothing_waits_for_the_network() -> None:
    for path in UNITS.rglob("*"):
        if path.is_file():
            lines = path.read_text(encoding="utf-8").splitlines()
            waits = [
                line for line in lines if "network-online" in line and not line.startswith("#")
            ]
            assert waits == [], path


def _systemd(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["systemd-analyze", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_a_pack_of_the_fleet_is_read_by_who_has_no_network_and_killed_he_reads_it_again() -> None:
    """The uplink speaks with the world and opens no picture; this one opens pictures."""
    unit = "kiosk-content.service"
    assert units.value(unit, "User") == "kiosk-content"
    assert units.value(unit, "PrivateNetwork") == "yes"
    assert units.value(unit, "Restart") == "on-failure"
    path = (UNITS / "kiosk-content.path").read_text(encoding="utf-8")
    folder = f"/var/lib/kiosk/{packs_folder(Path()).name}"
    assert f"PathExists={folder}/{PACK}" in path.splitlines()
    assert "kiosk-content.path" in (UNITS / "kiosk.target").read_text(encoding="utf-8")
    for each in (unit, "kiosk-uplink.service"):
        may = " ".join(said for key, said in units.settings(each) if key == "ReadWritePaths")
        assert folder in may.split(), each
    made = (ROOT / "systemd/tmpfiles.d/kiosk.conf").read_text(encoding="utf-8")
    assert re.search(rf"^d {folder} +2770 kiosk-uplink kiosk-content -$", made, re.MULTILINE)
