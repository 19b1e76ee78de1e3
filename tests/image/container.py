"""The image's root file system, booted by systemd-nspawn, with emulated devices on ptys.

What bites in such a container and what does not is in systemd/README.md. The root is read-only, as
on a kiosk; `/var` is a folder of the test's own and is what the data partition would be.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from firmware.runtime.bench import Bench
from firmware.runtime.bus import Address
from firmware.runtime.config import BusSection, Config, load
from tests.image.unit_files import ROOT

TRAINING = ROOT / "image-build" / "training"
UNITS = "/usr/lib/systemd/system"
STARTS_WITHIN = 240.0  # seconds; 20 on an idle machine
STOPS_WITHIN = 30.0  # seconds
LOOK_EVERY = 0.2  # seconds: systemd tells a container's parent nothing


class ContainerError(AssertionError):
    """The container did not do what was expected in time; the text says what it was like."""


class Container:
    """Use as a context: a whole kiosk inside, and nothing after."""

    def __init__(self, root: Path, folder: Path, config: Path = TRAINING / "kiosk.toml") -> None:
        self._root, self.var = root, folder / "var"
        self._log = folder / "console.log"
        shutil.copytree(root / "var", self.var, symlinks=True)
        etc = self.var / "lib/kiosk/etc"
        etc.mkdir(parents=True, exist_ok=True)
        shutil.copy(config, etc / "kiosk.toml")

    def __enter__(self) -> Container:
        command = [
            "systemd-nspawn", "--quiet", "--boot", "--read-only", f"--directory={self._root}",
            f"--bind={self.var}:/var", "--private-network", "--register=no", "--keep-unit",
            f"--overlay-ro={self._root}{UNITS}:{TRAINING / 'units'}:{UNITS}",
            "--kill-signal=SIGRTMIN+3", "--console=pipe",
        ]  # fmt: skip
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, process_group=0
            )
        self.until(self._is_up, "a leader process")
        return self

    def __exit__(self, *_: object) -> None:
        os.kill(self.leader, signal.SIGRTMIN + 3)
        try:
            self._process.wait(STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    # --- looking ---------------------------------------------------------------------------

    @property
    def leader(self) -> int:
        """The pid of the container's systemd, outside."""
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        return int(children.read_text().split()[0])

    def run(self, *command: str) -> str:
        """Run inside, as root; returns what it said, whatever its exit status."""
        outside = ["nsenter", "--target", str(self.leader), "--all", *command]
        done = subprocess.run(outside, capture_output=True, text=True, timeout=60, check=False)
        return done.stdout + done.stderr

    def ask(self, unit: str, fact: str) -> str:
        """One property of a unit."""
        return self.run("systemctl", "show", "--property", fact, "--value", unit).strip()

    def failed(self) -> list[str]:
        listed = self.run("systemctl", "list-units", "--failed", "--plain", "--no-legend")
        return [line.split()[0] for line in listed.splitlines() if line.strip()]

    def is_running(self) -> bool:
        """Everything was started, and nothing has failed."""
        return self.run("systemctl", "is-system-running").strip() == "running"

    def as_unit(self, unit: str, *command: str) -> str:
        """Run as a unit would: its user, the files and the network that it sees."""
        pid = self.ask(unit, "MainPID")
        entering = ["nsenter", "--target", pid, "--mount", "--net", "--ipc"]
        user = self.ask(unit, "User")
        uid = self.run("id", "-u", user).strip()
        return self.run(*entering, "setpriv", f"--reuid={uid}", f"--regid={uid}",
                        "--clear-groups", *command)  # fmt: skip

    def until(self, is_so: object, what: str, patience: float = STARTS_WITHIN) -> None:
        """Wait; raises ContainerError."""
        assert callable(is_so)
        deadline = time.monotonic() + patience
        while not is_so():
            if self._process.poll() is not None or time.monotonic() > deadline:
                said = self._log.read_text(errors="replace")[-500:]
                raise ContainerError(f"expected {what} within {patience} s; it said: {said}")
            time.sleep(LOOK_EVERY)

    # --- the kiosk inside ------------------------------------------------------------------

    @property
    def config(self) -> Config:
        """As seen from outside: sockets and passwords are reached through /proc."""
        inside = load(self.var / "lib/kiosk/etc/kiosk.toml")
        run = f"/proc/{self.leader}/root/run/kiosk"
        changed = BusSection(f"{run}/bus/bus.sock", str(self.var / "lib/kiosk/etc/bus"))
        return Config(kiosk=inside.kiosk, gateway=inside.gateway, device=inside.device, bus=changed)

    def address(self, user: str) -> Address:
        return self.config.bus_address(user)

    def bench(self) -> Bench:
        """The hands at the emulated devices."""
        return Bench(Path(f"/proc/{self.leader}/root/run/kiosk/bench.sock"))

    def _is_up(self) -> bool:
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        return bool(children.read_text().split())
