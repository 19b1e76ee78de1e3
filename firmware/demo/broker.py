"""A Mosquitto of one's own: the bus of a demo or a test, with the same access list as the kiosk's.

On the image systemd starts the broker with files made once; here every folder gets its own socket,
passwords and access list, so that many kiosks live side by side on one machine. Options are those
of mosquitto.conf(5), version 2.0.
"""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from firmware.boot.bus_files import BrokerError, BusFiles, binary
from firmware.runtime.config import Config

STARTS_WITHIN = 10.0  # seconds; it takes 20 ms on an idle machine
STOPS_WITHIN = 5.0  # seconds
LOOK_EVERY = 0.01  # seconds between looks at the socket while it starts
LONGEST_SOCKET_PATH = 107  # bytes: sun_path of unix(7) without its closing zero


class Broker:
    """One broker: listens at `[bus] socket`; its passwords are in `<folder>/credentials/<user>`."""

    def __init__(
        self,
        config: Config,
        folder: Path,
        guests: Mapping[str, Sequence[str]] | None = None,
        dies_with_us: bool = False,
    ) -> None:
        """`guests` are users beside the kiosk's own, each with lines of the access list.

        `dies_with_us`: also when this process is killed; start it from the main thread then, for
        the kernel's signal is bound to the thread that forked (prctl(2), PR_SET_PDEATHSIG).
        """
        self._dies_with_us = dies_with_us
        self.process_group: int | None = None  # of whoever must not be outlived; else our own
        self._folder = folder.absolute()
        self.socket = Path(config.bus.socket).absolute()
        # Root would become `mosquitto`, who cannot read this folder.
        extra = ["user root"] if os.geteuid() == 0 else []
        self._files = BusFiles(
            config, self._folder, self.credentials, self._folder, dict(guests or {}), extra
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Write the files and start; returns when it answers. Raises BrokerError."""
        if len(os.fsencode(self.socket)) > LONGEST_SOCKET_PATH:
            raise BrokerError(f"expected at most {LONGEST_SOCKET_PATH} bytes, got {self.socket}")
        if self._answers():
            raise BrokerError(f"a broker at {self.socket} is running already")
        self.socket.parent.mkdir(parents=True, exist_ok=True)
        self._files.write()
        self._process = self._spawn()
        deadline = time.monotonic() + STARTS_WITHIN
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise BrokerError(f"mosquitto did not start: {self._last_words()}")
            time.sleep(LOOK_EVERY)

    def stop(self) -> None:
        """End it as systemd does."""
        self._end(gently=True)

    def kill(self) -> None:
        """Kill it as a power cut or an empty memory does."""
        self._end(gently=False)

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Raises BrokerError when it does not run."""
        if self._process is None:
            raise BrokerError("the broker does not run")
        return self._process.pid

    def __enter__(self) -> Broker:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def credentials(self) -> Path:
        """The folder with one password file a user: what `[bus] credentials` must name."""
        return self._folder / "credentials"

    def _end(self, gently: bool) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if gently:
            process.terminate()
            try:
                process.wait(STOPS_WITHIN)
            except subprocess.TimeoutExpired:
                process.kill()
        else:
            process.kill()
        process.wait()

    def _spawn(self) -> subprocess.Popen[bytes]:
        command = [binary("mosquitto"), "-c", str(self._files.settings)]
        if self._dies_with_us:
            command = [binary("setpriv"), "--pdeathsig", "KILL", *command]
        with self._log.open("wb") as log:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                process_group=self.process_group,
            )

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            return probe.connect_ex(str(self.socket)) == 0

    def _last_words(self) -> str:
        return self._log.read_text(errors="replace").strip()[-500:] or "it said nothing"

    @property
    def _log(self) -> Path:
        return self._folder / "mosquitto.log"
