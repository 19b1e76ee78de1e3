"""The place where a machine in QEMU stands: what does not go dark with it, or not in the same way.

The devices are emulated outside, each at a USB-serial cable that is marked for its socket
(systemd/README.md), so a power cut takes the machine away from them, and metal and paper stay where
they were. The office stays too, at the end of the network: 10.0.2.100 of QEMU's user network. A
technician's key and two passwords of the bus are put on the data partition: the bus is reached over
SSH, as a technician reaches it, and the visitor presses as the screen does.
"""

from __future__ import annotations

import contextlib
import re
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from firmware.demo.keys import commission
from firmware.demo.stage import free_port
from firmware.runtime.bench import Bench
from firmware.runtime.config import Config, load
from firmware.till.signing import keys_folder
from tests.firmware.gateway.certificates import make_identity
from tests.image.unit_files import ROOT

TRAINING = ROOT / "image-build" / "training" / "kiosk.toml"
DEVICES = ("notes", "coins", "receipt")
OFFICE = "10.0.2.100"  # a free address of QEMU's user network
AUTHORITY = "gateway/office.pem"  # below /etc/kiosk: who may say that it is the office
KNOCKS = ("ui", "technician")  # users of the bus whose passwords this place knows
APPEARS_WITHIN = 30.0  # seconds for the first sockets of a process
LOOK_EVERY = 0.1  # seconds
KNOCK_EVERY = 12.0  # seconds: the kiosk lets six a minute in
# Between SSH and the socket of the bus, in the machine; nothing of it is in the image.
RELAY = """
import os, select, socket
bus = socket.socket(socket.AF_UNIX)
bus.connect("/run/kiosk/bus/bus.sock")
while True:
    ready, _, _ = select.select([0, bus], [], [])
    for source in ready:
        data = os.read(0, 65536) if source == 0 else bus.recv(65536)
        if not data:
            raise SystemExit
        bus.sendall(data) if source == 0 else os.write(1, data)
"""


class Site:
    """Use as a context: devices and office run inside. `bench` and `config` make it a Place."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("dev", "run", "state", "bus"):
            (folder / name).mkdir(parents=True)
        self._office, self._ssh = free_port(), free_port()
        for user in KNOCKS:
            (folder / "bus" / user).write_text(secrets.token_urlsafe(24))
        self._key = folder / "technician"
        self._identity = make_identity(folder, "office", OFFICE)
        _run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self._key))
        (folder / "kiosk.toml").write_text(self._outside())
        self.config: Config = load(folder / "kiosk.toml")
        commission(self.config.kiosk.id, self.config.state_folder)

    def __enter__(self) -> Site:
        self._running = [self._start(name) for name in ("bench", "sandbox")]
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(self.config.bus.socket)
        self._listener.listen()
        threading.Thread(target=self._relay, daemon=True).start()
        for name in ("bench.sock", *(f"../dev/{name}" for name in DEVICES)):
            self._until_there(self.folder / "run" / name)
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        subprocess.run([*self._call[:-1], "-O", "exit", self._call[-1]], stderr=subprocess.DEVNULL)
        for process in self._running:
            process.kill()
            process.wait()

    # --- what the machine is given ---------------------------------------------------------

    @property
    def wires(self) -> list[str]:
        """Arguments of QEMU: the cables of the devices, and a network with the office in it."""
        found = ["-device", "qemu-xhci"]
        for name in DEVICES:
            port = (self.folder / "dev" / name).resolve()
            found += ["-chardev", f"serial,id={name},path={port}"]
            found += ["-device", f"usb-serial,chardev={name},serial=KIOSK-{name.upper()}"]
        line = [sys.executable, Path(__file__).with_name("line.py"), self._office]
        line += [self._identity.certificate, self._identity.key]
        office = f"guestfwd=tcp:{OFFICE}:443-cmd:{' '.join(map(str, line))}"
        network = f"user,restrict=on,hostfwd=tcp:127.0.0.1:{self._ssh}-:22,{office}"
        return [*found, "-nic", f"{network},model=virtio-net-pci"]

    @property
    def files(self) -> dict[str, bytes]:
        """What lies on the data partition, below `/var`: a kiosk that was set up."""
        inside = _without_panel(TRAINING.read_text()).replace(
            'url = "http://127.0.0.1:8080"',
            f'url = "https://{OFFICE}"\nca = "/etc/kiosk/{AUTHORITY}"',
        )
        etc = {"kiosk.toml": inside.encode(), AUTHORITY: self._identity.certificate.read_bytes()}
        etc["ssh/authorized_keys"] = self._key.with_suffix(".pub").read_bytes()
        etc |= {f"bus/{user}": (self.folder / "bus" / user).read_bytes() for user in KNOCKS}
        keys = keys_folder(self.config.state_folder).iterdir()
        found = {f"lib/kiosk/core/keys/{key.name}": key.read_bytes() for key in keys}
        return found | {f"lib/kiosk/etc/{name}": content for name, content in etc.items()}

    def _outside(self) -> str:
        """The same devices and the same office, from this side."""
        own = f'[paths]\nstate = "{self.folder}/state"\nrun = "{self.folder}/run"\n\n'
        own += (
            f'[bus]\nsocket = "{self.folder}/run/bus.sock"\ncredentials = "{self.folder}/bus"\n\n'
        )
        told = _without_panel(TRAINING.read_text()).replace("8080", str(self._office))
        return told.replace("/dev/kiosk/", f"{self.folder}/dev/").replace(
            "[gateway]", f"{own}[gateway]"
        )

    # --- hands -----------------------------------------------------------------------------

    def bench(self) -> Bench:
        return Bench(self.config.run_folder / "bench.sock")

    def power_cut(self) -> None:
        """The devices hang on the same mains."""
        self._at_each("power_cut")

    def power_on(self) -> None:
        self._at_each("power_on")

    def _at_each(self, action: str) -> None:
        with contextlib.closing(self.bench()) as bench:
            for name in DEVICES:
                bench.do(name, action)

    def ssh(self, *command: str, patience: float = 120.0) -> subprocess.CompletedProcess[str]:
        """Run in the machine, as the technician."""
        called = [*self._call, *command]
        return subprocess.run(called, capture_output=True, text=True, timeout=patience, check=False)

    def until_ssh(self, patience: float) -> None:
        """Wait until the machine lets the technician in; raises TimeoutError."""
        deadline = time.monotonic() + patience
        while not self._lets_in():
            if time.monotonic() > deadline:
                raise TimeoutError(f"no SSH within {patience} s")
            time.sleep(KNOCK_EVERY)

    def _lets_in(self) -> bool:
        with contextlib.suppress(subprocess.TimeoutExpired):  # a connection of before a restart
            return self.ssh("true").returncode == 0
        return False

    @property
    def _call(self) -> list[str]:
        """All go through one connection: in a machine without KVM a login takes ten seconds.

        A machine that has another key than at its first start is refused.
        """
        return ["ssh", "-q", "-i", str(self._key), "-p", str(self._ssh), "-o", "BatchMode=yes",
                "-o", "StrictHostKeyChecking=accept-new",
                "-o", f"UserKnownHostsFile={self.folder / 'known_hosts'}",
                "-o", "ConnectTimeout=60", "-o", "ControlMaster=auto", "-o", "ControlPersist=600",
                "-o", f"ControlPath={self.folder / 'ssh'}", "-o", "ServerAliveInterval=10",
                "technician@127.0.0.1"]  # fmt: skip

    # --- processes -------------------------------------------------------------------------

    def _start(self, name: str) -> subprocess.Popen[bytes]:
        program = Path(sys.executable).with_name(f"kiosk-{name}")
        with (self.folder / f"{name}.log").open("wb") as log:
            command = [str(program), "--config", str(self.folder / "kiosk.toml")]
            return subprocess.Popen(command, stdout=log, stderr=log, process_group=0)

    def _relay(self) -> None:
        """Each who comes to the socket of the bus here gets one of the machine's."""
        for connection in _accepted(self._listener):
            command = [*self._call, f"/usr/lib/kiosk/bin/python -c '{RELAY}'"]
            with (self.folder / "relay.log").open("ab") as log:
                subprocess.Popen(
                    command, stdin=connection.fileno(), stdout=connection.fileno(), stderr=log
                )
            connection.close()

    def _until_there(self, path: Path) -> None:
        deadline = time.monotonic() + APPEARS_WITHIN
        while not path.exists():
            said = "".join(log.read_text() for log in self.folder.glob("*.log"))
            assert time.monotonic() < deadline, f"expected {path}, got: {said[-500:]}"
            time.sleep(LOOK_EVERY)


def _accepted(listener: socket.socket) -> Iterator[socket.socket]:
    with contextlib.suppress(OSError):  # closed: the end
        while True:
            yield listener.accept()[0]


def _without_panel(text: str) -> str:
    """Pins have no cable that could be led out of a machine."""
    return re.sub(r"\[device\.panel\].*?(?=\[bench)", "", text, flags=re.DOTALL)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=60)
