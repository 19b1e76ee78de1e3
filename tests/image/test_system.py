"""The real units, booted: what dies comes back, what hangs is noticed, a break-in is alone.

Needs root, systemd-nspawn and the image's root folder (`make test-system` builds it and says where
in $KIOSK_ROOT). The container is started once; every test leaves it whole.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from firmware.content.handed import PACK, PART, hand_over, made_of
from firmware.demo.citizen import Citizen
from firmware.demo.story import K_NUMBER, electricity_cash
from tests.firmware.content.district import KEY, pack
from tests.image.container import TRAINING, Container

ROOT_FOLDER = os.environ.get("KIOSK_ROOT", "")
DAEMONS = (
    "kiosk-bus", "kiosk-core", "kiosk-driver@coins", "kiosk-driver@notes", "kiosk-driver@panel",
    "kiosk-driver@receipt", "kiosk-gateway", "kiosk-health", "kiosk-uplink", "kiosk-ui",
)  # fmt: skip
COMES_BACK_WITHIN = 60.0  # seconds; core takes two, the screen ten on a slow machine
# Stopped for 0.15 s and awake for 0.05, eighty times.
STARVED = "for i in $(seq 80); do kill -STOP $0; sleep 0.15; kill -CONT $0; sleep 0.05; done"
NOTICED_WITHIN = 120.0  # seconds: WatchdogSec of the gateway is 90

pytestmark = [
    pytest.mark.skipif(not ROOT_FOLDER, reason="no root of the image: make test-system"),
    pytest.mark.skipif(os.geteuid() != 0, reason="systemd-nspawn needs root"),
    pytest.mark.skipif(shutil.which("systemd-nspawn") is None, reason="no systemd-container here"),
    pytest.mark.timeout(900),
]


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Container]:
    folder = tmp_path_factory.mktemp("machine")
    config = folder / "kiosk.toml"
    config.write_text(f'{(TRAINING / "kiosk.toml").read_text()}\n[content]\nkey = "{KEY.hex()}"\n')
    with Container(Path(ROOT_FOLDER), folder, config) as container:
        container.until(container.is_running, "a system that is running")
        yield container


def test_no_unit_has_failed_and_none_was_started_twice(machine: Container) -> None:
    assert machine.failed() == []
    assert {unit: machine.ask(unit, "NRestarts") for unit in DAEMONS} == dict.fromkeys(DAEMONS, "0")


async def pays_a_bill(machine: Container, k_number: str = K_NUMBER) -> None:
    async with Citizen(machine, "ui") as citizen:
        for step in electricity_cash(k_number).values():
            await step(citizen)


def in_box(machine: Container) -> Counter[str]:
    """Notes, by their value in paise."""
    with closing(machine.bench()) as bench:
        return Counter(bench.look("notes")["in_box"])


def test_a_citizen_pays_a_bill_in_cash(machine: Container) -> None:
    asyncio.run(pays_a_bill(machine))
    shown = machine.run("kioskctl", "journal", "show")
    assert "closed: fulfilled" in shown, shown
    assert in_box(machine) == {"20000": 2, "5000": 1}


@pytest.mark.parametrize("unit", DAEMONS)
def test_a_daemon_that_is_killed_comes_back(machine: Container, unit: str) -> None:
    before = machine.ask(unit, "MainPID")
    machine.run("systemctl", "kill", "--signal=KILL", "--kill-whom=main", unit)
    machine.until(
        lambda: (
            machine.ask(unit, "ActiveState") == "active"
            and machine.ask(unit, "MainPID") not in ("0", before)
        ),
        f"{unit} back",
        COMES_BACK_WITHIN,
    )
    assert machine.failed() == []


@pytest.mark.parametrize("unit", ["kiosk-core", "kiosk-driver@notes", "kiosk-health", "kiosk-ui"])
def test_a_daemon_that_hangs_is_noticed_and_replaced(machine: Container, unit: str) -> None:
    before = machine.ask(unit, "MainPID")
    machine.run("systemctl", "kill", "--signal=STOP", "--kill-whom=main", unit)
    machine.until(
        lambda: (
            machine.ask(unit, "ActiveState") == "active"
            and machine.ask(unit, "MainPID") not in ("0", before)
        ),
        f"{unit} replaced",
        NOTICED_WITHIN,
    )
    said = machine.run("journalctl", "--unit", unit, "--output=cat", "--no-pager")
    assert "Watchdog timeout" in said


@pytest.mark.parametrize(
    ("unit", "k_number"),
    [("kiosk-core", "210344990001"), ("kiosk-driver@notes", "210344990002")],
)
def test_a_daemon_that_is_starved_takes_its_time_and_loses_nothing(
    machine: Container, unit: str, k_number: str
) -> None:
    """It runs for a quarter of the time; limits of cgroups do not bite in this container."""

    async def story() -> None:
        starving = asyncio.create_task(asyncio.to_thread(machine.run, "sh", "-c", STARVED, pid))
        await pays_a_bill(machine, k_number)
        await starving

    before, pid = in_box(machine), machine.ask(unit, "MainPID")
    asyncio.run(story())
    assert in_box(machine) - before == Counter({"20000": 2, "5000": 1})
    assert machine.ask(unit, "MainPID") == pid, "its watchdog had patience"


@pytest.mark.parametrize(
    ("what", "command"),
    [
        ("journal", "cat /var/lib/kiosk/core/journal.db"),
        ("passwords", "ls /var/lib/kiosk/etc/bus"),
        ("another driver's ledger", "ls /var/lib/kiosk/devices/coins"),
        ("root file system", "touch /usr/lib/kiosk/x"),
        ("another folder", "touch /var/lib/kiosk/x"),
        ("log", "ls /var/log/journal"),
    ],
)
def test_a_driver_that_is_broken_into_gets_nowhere(
    machine: Container, what: str, command: str
) -> None:
    said = machine.as_unit("kiosk-driver@notes", *command.split())
    assert any(no in said for no in ("Permission denied", "Read-only", "No such file")), said


def test_only_gateway_and_uplink_have_a_network(machine: Container) -> None:
    for unit in DAEMONS:
        is_shut = machine.ask(unit, "PrivateNetwork") == "yes"
        pid = machine.ask(unit, "MainPID")
        apart = machine.run("readlink", f"/proc/{pid}/ns/net") != machine.run(
            "readlink", "/proc/1/ns/net"
        )
        assert apart == is_shut == (unit not in ("kiosk-gateway", "kiosk-uplink")), unit


@pytest.mark.parametrize(
    "command", ["nft --check --file /etc/nftables.conf", "visudo --check", "sshd -t"]
)
def test_a_rule_with_a_slip_of_the_pen_lets_nobody_in_or_everybody(
    machine: Container, command: str
) -> None:
    """Each program reads its own file: what it cannot read it would leave out."""
    done = machine.run("sh", "-c", f"{command} >/dev/null && echo understood")
    assert done.strip().endswith("understood"), done


def test_the_technician_reads_the_journal_with_the_command_he_was_given(
    machine: Container,
) -> None:
    """Core's user could not read kiosk.toml outside of its unit, so the command only complained."""
    command = "sudo -n -u kiosk-core kioskctl journal verify"
    said = machine.run("runuser", "-u", "technician", "--", *command.split())
    assert "rows" in said, said


def test_only_the_technician_has_a_shell_and_nobody_a_password(machine: Container) -> None:
    users = [line.split(":") for line in machine.run("cat", "/etc/passwd").splitlines()]
    shells = {user[0] for user in users if user[-1].endswith(("/bash", "/sh", "/dash"))}
    assert shells == {"root", "technician"}
    shadow = [line.split(":") for line in machine.run("cat", "/etc/shadow").splitlines()]
    assert [entry[0] for entry in shadow if entry[1].startswith("$") or not entry[1]] == []


def test_a_core_that_never_comes_up_is_told_on_the_screen(machine: Container) -> None:
    """A release that is broken: the program ends at once, every time."""
    machine.run("systemctl", "stop", "kiosk-core")
    machine.run("mkdir", "-p", "/run/systemd/system/kiosk-core.service.d")
    broken = "[Service]\\nExecStart=\\nExecStart=/usr/bin/false\\n"
    drop_in = "/run/systemd/system/kiosk-core.service.d/99-broken.conf"
    machine.run("sh", "-c", f"printf '{broken}' >{drop_in}; systemctl daemon-reload")
    machine.run("systemctl", "start", "--no-block", "kiosk-core")
    machine.until(
        lambda: machine.ask("kiosk-safe-core", "ActiveState") == "active", "safe mode", 60.0
    )
    asyncio.run(sees_closed(machine))
    machine.run("sh", "-c", f"rm {drop_in}; systemctl daemon-reload")
    machine.run("systemctl", "reset-failed", "kiosk-core")  # else its minute is not over
    machine.run("systemctl", "start", "kiosk-core")
    machine.until(
        lambda: machine.ask("kiosk-safe-core", "ActiveState") == "inactive", "its end", 60.0
    )
    assert machine.failed() == []


async def sees_closed(machine: Container) -> None:
    async with Citizen(machine, "ui") as citizen:
        await citizen.waits_for(lambda data: "closed.core" in repr(data), "the closed screen")


def test_a_pack_of_the_fleet_is_installed_by_who_may_read_it(
    machine: Container, tmp_path: Path
) -> None:
    """Laid down as the uplink lays it down: its path unit wakes who reads pictures, once."""
    folder, content = machine.var / "lib/kiosk/packs", pack(tmp_path)
    (folder / PART).write_bytes(content)
    hand_over(folder)
    digest = hashlib.sha256(content).hexdigest()
    machine.until(lambda: made_of(folder, digest) is not None, "a pack that was looked at", 60)
    made = made_of(folder, digest)
    assert made is not None and made.is_installed, made
    machine.until(lambda: not (folder / PACK).exists(), "a pack that was taken away", 30)
    assert machine.ask("kiosk-content.service", "Result") == "success"
    assert "content 1 " in machine.run("kioskctl", "content", "list")
    assert machine.failed() == []


def test_practice_is_a_unit_of_its_own_and_leaves_nothing(machine: Container) -> None:
    said = machine.run("kioskctl", "practice", "start")
    assert "practice is on" in said, said
    assert machine.ask("kiosk-practice.service", "ActiveState") == "active"
    assert machine.ask("kiosk-practice.service", "User") != machine.ask("kiosk-core", "User")
    machine.run("kioskctl", "practice", "stop")
    machine.until(
        lambda: machine.ask("kiosk-practice.service", "ActiveState") == "inactive", "no practice"
    )
    assert machine.failed() == []
