"""A Mosquitto of one's own: the bus of a demo or a test, with the same access list as the kiosk's.

On the image systemd starts the broker with files made once; here every folder gets its own socket,
passwords and access list, so that many kiosks live side by side on one machine. Options are those
of mosquitto.conf(5), version 2.0.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from firmware.contract.topics import access_list, users
from firmware.runtime.config import Config

STARTS_WITHIN = 10.0  # seconds; it takes 20 ms on an idle machine
STOPS_WITHIN = 5.0  # seconds
LOOK_EVERY = 0.01  # seconds between looks at the socket while it starts
LONGEST_SOCKET_PATH = 107  # bytes: sun_path of unix(7) without its closing zero
SYSTEM_FOLDER = "/usr/sbin"  # where Debian puts it, and not in every user's PATH


class BrokerError(RuntimeError):
    """The broker cannot be started; the text says what is missing or what it said itself."""


class Broker:
    """One broker: listens at `[bus] socket`; its passwords are in `<folder>/credentials/<user>`."""

    def __init__(
        self, config: Config, folder: Path, guests: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        """`guests` are users beside the kiosk's own, each with lines of the access list."""
        self._guests = dict(guests or {})
        self.process_group: int | None = None  # of whoever must not be outlived; else our own
        self._config, self._folder = config, folder.absolute()
        self.socket = Path(config.bus.socket).absolute()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Write the files and start; returns when it answers. Raises BrokerError."""
        if len(os.fsencode(self.socket)) > LONGEST_SOCKET_PATH:
            raise BrokerError(f"expected at most {LONGEST_SOCKET_PATH} bytes, got {self.socket}")
        if self._answers():
            raise BrokerError(f"a broker at {self.socket} is running already")
        self._write_files()
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

    def _write_files(self) -> None:
        self.credentials.mkdir(parents=True, exist_ok=True)
        self.socket.parent.mkdir(parents=True, exist_ok=True)
        devices = sorted(self._config.device)
        rules = [f"user {user}\n" + "\n".join(lines) for user, lines in self._guests.items()]
        access = "\n\n".join([access_list(self._config.kiosk.id, devices), *rules, ""])
        _write_secret(self._acl, access)
        self._write_passwords([*users(devices), *self._guests])
        _write_secret(self._settings, self._mosquitto_conf())

    def _write_passwords(self, names: list[str]) -> None:
        """Passwords stay from one start to the next: the daemons have read theirs already."""
        lines = []
        for name in names:
            path = self.credentials / name
            if not path.exists():
                _write_secret(path, secrets.token_urlsafe(24) + "\n")
            lines.append(f"{name}:{path.read_text().strip()}\n")
        _write_secret(self._passwords, "".join(lines))
        hashing = [_binary("mosquitto_passwd"), "-U", str(self._passwords)]
        subprocess.run(hashing, check=True, capture_output=True)

    def _mosquitto_conf(self) -> str:
        lines = [
            f"listener 0 {self.socket}",
            "allow_anonymous false",
            f"password_file {self._passwords}",
            f"acl_file {self._acl}",
            "persistence false",
            "log_dest stdout",
        ]
        if os.geteuid() == 0:
            lines.append("user root")  # else it becomes `mosquitto`, who cannot read this folder
        return "\n".join(lines) + "\n"

    def _spawn(self) -> subprocess.Popen[bytes]:
        command = [_binary("mosquitto"), "-c", str(self._settings)]
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
    def _acl(self) -> Path:
        return self._folder / "acl"

    @property
    def _passwords(self) -> Path:
        return self._folder / "passwords"

    @property
    def _settings(self) -> Path:
        return self._folder / "mosquitto.conf"

    @property
    def _log(self) -> Path:
        return self._folder / "mosquitto.log"


def _binary(name: str) -> str:
    path = f"{os.environ.get('PATH', os.defpath)}:{SYSTEM_FOLDER}"
    found = shutil.which(name, path=path)
    if found is None:
        raise BrokerError(f"{name} is not installed: apt-get install mosquitto")
    return found


def _write_secret(path: Path, content: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(content)
