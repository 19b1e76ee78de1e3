"""The stage: one folder, one broker, all daemons, restarted when they die as systemd would do.

The demo, the stories and the chaos tests stand on the same stage. Nothing here listens on a fixed
port, and nothing outlives the process that built the stage (family.py).
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from firmware.boot.bus_files import BrokerError
from firmware.contract.device import Kind
from firmware.demo.broker import Broker
from firmware.demo.family import Family
from firmware.demo.keys import commission, enrol
from firmware.demo.template import CARDS, LASER, READER, TEMPLATE
from firmware.gateway.sandbox.signature import OFFICE_KEY
from firmware.gateway.sandbox.unsealing import PUBLIC_KEY
from firmware.runtime.bench import Bench
from firmware.runtime.config import Config, load

RESTART_AFTER = 0.2  # seconds between looks for the dead; systemd's own RestartSec is 100 ms
STOPS_WITHIN = 5.0  # seconds
PORTS = range(20_000, 32_768)  # below what Linux gives to outgoing connections (ip(7))
PORT_TRIES = 50  # one is free at the first try, as a rule
APPEARS_WITHIN = 20.0  # seconds for the first file or socket of a process
BROKER, BENCH, OFFICE = "broker", "bench", "sandbox"
OUTSIDE = (BENCH, OFFICE)  # emulated hardware and the back end: not of the kiosk, not on its mains

# The finger presses where a touch would, and sees what an eye sees. On the image it does not exist.
GUESTS = {
    "finger": ["topic write kiosk/+/screen/press", "topic read kiosk/+/screen/state"],
    "recorder": ["topic deny kiosk/+/device/+/sealed", "topic read #"],
}


class StageError(RuntimeError):
    """The stage cannot be set; the text says what is missing."""


@dataclass(frozen=True)
class Settings:
    """What differs between a demo and a test: how fast devices are and how patient screens."""

    speed: float = 1.0
    width: int = 1080
    height: int = 1920
    has_ui: bool = True
    speaks: bool = False
    has_laser: bool = False  # a page printer, and with it the services that need one
    has_reader: bool = False  # of fingers
    has_practice: bool = False  # play money, from the first screen
    uplink: str = ""  # the lines of [uplink], and with them kiosk-uplink
    cards_by: str = ""  # the family of a card printer; empty: there is none
    screen: float = 45.0
    cash: float = 120.0
    warning: float = 15.0
    done: float = 20.0
    environment: dict[str, str] = field(default_factory=dict)  # of the UI
    environment_of: dict[str, dict[str, str]] = field(default_factory=dict)  # of one process more


class Stage:
    """Use as a context: everything runs inside, and nothing after."""

    def __init__(self, folder: Path, settings: Settings | None = None) -> None:
        self.folder, self.settings = folder.absolute(), settings or Settings()
        self.config = self._write_config()
        commission(self.config.kiosk.id, self.config.state_folder)
        enrol(Path(self.config.paths.operators))
        self.broker = Broker(self.config, self.folder / "broker", GUESTS)
        self.has_power = True
        self._family = Family()
        self._commands = self._all_commands()
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._held: set[str] = set()  # not restarted while held
        self._lock = threading.RLock()
        self._is_over = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="keeper", daemon=True)

    def __enter__(self) -> Stage:
        """Start everything; raises StageError, and then nothing runs."""
        with contextlib.ExitStack() as on_the_way:  # also when Ctrl-C comes in the middle
            self._check_programs()
            self._family.__enter__()
            on_the_way.push(self._family)
            on_the_way.callback(self._stop)
            self._start()
            self._way_out = on_the_way.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._way_out.close()

    def _start(self) -> None:
        bench = self.config.run_folder / "bench.sock"
        bench.unlink(missing_ok=True)  # of a run before
        self.broker.process_group = self.group
        try:
            self.broker.start()
        except BrokerError as error:
            raise StageError(str(error)) from None
        self._keeper.start()
        self._wait_for(bench, BENCH)

    def _stop(self) -> None:
        self._is_over.set()
        if self._keeper.is_alive():
            self._keeper.join()
        for process in reversed(list(self._running.values())):
            process.terminate()
        for process in self._running.values():
            try:
                process.wait(STOPS_WITHIN)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.broker.stop()

    # --- hands -----------------------------------------------------------------------------

    def bench(self) -> Bench:
        """A connection to the emulated devices."""
        return Bench(self.config.run_folder / "bench.sock")

    @property
    def processes(self) -> list[str]:
        """Every process that can be killed, by its name."""
        return [BROKER, *self._commands]

    @property
    def group(self) -> int:
        """The process group of all: who joins it ends with the stage."""
        return self._family.group

    def running(self) -> dict[str, bool]:
        """Whether each process runs just now."""
        with self._lock:
            found = {name: self._is_alive(name) for name in self._commands}
        return {BROKER: self.broker.is_running, **found}

    def is_held(self, name: str) -> bool:
        return name in self._held

    def pid(self, name: str) -> int:
        if name == BROKER:
            return self.broker.pid
        with self._lock:
            return self._running[name].pid

    def pids(self) -> dict[str, int]:
        """The processes of the kiosk itself: not the emulated hardware, not the back end."""
        with self._lock:
            found = {name: process.pid for name, process in self._running.items()}
        return {name: pid for name, pid in found.items() if name not in OUTSIDE}

    def kill(self, name: str) -> None:
        """SIGKILL; it is started again as systemd would."""
        if name == BROKER:
            self.broker.kill()
            self.broker.start()
            return
        with self._lock:
            process = self._running.get(name)
        if process is not None:
            process.kill()
            process.wait()

    def hold(self, name: str) -> None:
        """Kill, and keep dead until `release`."""
        with self._lock:
            self._held.add(name)
        if name == BROKER:
            self.broker.kill()
        else:
            self.kill(name)

    def release(self, name: str) -> None:
        if name == BROKER and not self.broker.is_running:
            self.broker.start()
        self._held.discard(name)

    def power_cut(self) -> None:
        """Everything stops at once, the devices too; what was only in RAM is gone."""
        self.has_power = False
        with self._lock:
            self._held.update(self._on_mains)
            victims = [self._running[name] for name in self._on_mains if name in self._running]
        for victim in victims:
            victim.kill()
        self.broker.kill()
        for victim in victims:
            victim.wait()
        self._at_each_device("power_cut")
        (self.config.run_folder / "core" / "visit.json").unlink(missing_ok=True)
        shutil.rmtree(self.config.spool_folder, ignore_errors=True)

    def power_on(self) -> None:
        """The mains come back."""
        self._at_each_device("power_on")
        if not self.broker.is_running:
            self.broker.start()
        self._held.difference_update(self._on_mains)
        self.has_power = True

    @property
    def _on_mains(self) -> list[str]:
        return [name for name in self._commands if name not in OUTSIDE]

    def _at_each_device(self, action: str) -> None:
        with contextlib.closing(self.bench()) as bench:
            for name, section in self.config.device.items():
                if section.kind is not Kind.PANEL:
                    bench.do(name, action)

    # --- processes -------------------------------------------------------------------------

    def _keep(self) -> None:
        """Start what is missing, in the order of the table, until the stage is over."""
        while not self._is_over.is_set():
            for name in self._commands:
                with self._lock:
                    is_wanted = name not in self._held and not self._is_over.is_set()
                    if is_wanted and not self._is_alive(name):
                        self._running[name] = self._spawn(name)
            self._is_over.wait(RESTART_AFTER)

    def _is_alive(self, name: str) -> bool:
        process = self._running.get(name)
        return process is not None and process.poll() is None

    def _spawn(self, name: str) -> subprocess.Popen[bytes]:
        logs = self.folder / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        with (logs / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                self._commands[name],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={
                    **os.environ,
                    **self.settings.environment,
                    **self.settings.environment_of.get(name, {}),
                },
                process_group=self.group,
            )

    def _all_commands(self) -> dict[str, list[str]]:
        """The entry points that the systemd units use."""
        config = ["--config", str(self.folder / "kiosk.toml")]
        commands = {BENCH: [_entry("kiosk-bench"), *config]}
        commands[OFFICE] = [_entry("kiosk-sandbox"), *config]
        commands["core"] = [_entry("kiosk-core"), *config]
        for device in self.config.device:
            commands[device] = [_entry("kiosk-driver"), *config, device]
        commands["gateway"] = [_entry("kiosk-gateway"), *config]
        commands["health"] = [_entry("kiosk-health"), *config]
        if self.settings.has_practice:
            run = ["--run", str(self.config.run_folder)]
            commands["practice"] = [sys.executable, "-m", "firmware.practice", *run]
        if self.settings.uplink:
            commands["uplink"] = [_entry("kiosk-uplink"), *config]
        if self.settings.has_ui:
            commands["ui"] = [_entry("kiosk-ui"), *config]
        return commands

    def _write_config(self) -> Config:
        for name in ("run", "state", "dev", "paper", "logs"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        path = self.folder / "kiosk.toml"
        chosen = self.settings
        facts = vars(chosen) | {
            "speaks": str(chosen.speaks).lower(),
            "has_practice": str(chosen.has_practice).lower(),
        }
        template = TEMPLATE + LASER if chosen.has_laser else TEMPLATE
        template += READER if chosen.has_reader else ""
        template += CARDS.get(chosen.cards_by, "")
        places = {
            "folder": self.folder,
            "port": free_port(),
            "laser_port": free_port(),
            "card_port": free_port(),
            "finger_port": free_port(),
            "public_key": PUBLIC_KEY,
            "office_key": OFFICE_KEY,
        }
        uplink = f"\n[uplink]\n{chosen.uplink}\n" if chosen.uplink else ""
        path.write_text(template.format(**facts, **places) + uplink)
        return load(path)

    def _check_programs(self) -> None:
        for program in {command[0] for command in self._commands.values()}:
            if not os.access(program, os.X_OK):
                raise StageError(f"{program} is not installed: pip install -e .")

    def _wait_for(self, path: Path, maker: str) -> None:
        """Until somebody answers at this socket: the file is there a moment before."""
        deadline = time.monotonic() + APPEARS_WITHIN
        while not _answers(path):
            if time.monotonic() > deadline:
                raise StageError(
                    f"{maker}: nobody answers at {path} after {APPEARS_WITHIN} s; "
                    f"it said: {self._last_words(maker)}"
                )
            time.sleep(0.01)

    def _last_words(self, name: str) -> str:
        """The last line of a process's log."""
        log = self.folder / "logs" / f"{name}.log"
        lines = log.read_text(errors="replace").split("\n") if log.exists() else []
        return next((line for line in reversed(lines) if line.strip()), "nothing")


def free_port() -> int:
    """A loopback port that nobody has, of those that no outgoing connection is given.

    So nobody takes it before its server begins, or while its server is dead. Raises StageError.
    """
    for port in random.sample(PORTS, PORT_TRIES):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise StageError(f"no free port: {PORT_TRIES} of {PORTS.start} to {PORTS.stop - 1} are in use")


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


def _entry(name: str) -> str:
    """The script of an entry point, beside the interpreter that runs this."""
    return str(Path(sys.executable).parent / name)
