"""The servers of a fleet, each a real program in a folder of its own that can be killed."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Self

from firmware.demo.stage import free_port
from tests.fleet.certificates import Authority

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs/fleet"
STARTS_WITHIN = 30.0  # seconds
LOOK_EVERY = 0.02  # seconds


class Server(ABC):
    """A process group that is started, killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @abstractmethod
    def command(self) -> list[str]:
        """What starts it."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether it takes somebody in."""

    def start(self) -> None:
        """Returns when it answers; raises AssertionError with its last words."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT)}, start_new_session=True,
            )  # fmt: skip
        deadline = time.monotonic() + STARTS_WITHIN
        while not self.answers():
            assert self.is_running and time.monotonic() < deadline, self.last_words()
            time.sleep(LOOK_EVERY)

    def kill(self) -> None:
        """As a power cut does: nobody is asked."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _end(self, number: signal.Signals) -> None:
        if self._process is not None:
            if self.is_running:
                self.tell(number)
            self._process.wait(STARTS_WITHIN)
            self._process = None

    def tell(self, number: signal.Signals) -> None:
        os.killpg(self.pid, number)

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def last_words(self) -> str:
        return self.log.read_text(errors="replace")[-2000:]

    def memory(self) -> int:
        """Bytes of its resident memory, of this process alone."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) * 1024
        return 0

    def processor(self) -> float:
        """Seconds of processor time so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Mosquitto(Server):
    """With the files of docs/fleet: paths and port are other ones, and nothing else. Without an
    authority no TLS and no access list, to measure what they cost."""

    def __init__(self, folder: Path, authority: Authority | None) -> None:
        super().__init__(folder)
        self.port = free_port()
        if authority is not None:
            broker = authority.make("broker", is_server=True)
            text = (EXAMPLES / "mosquitto.conf").read_text(encoding="utf-8")
            for name, path in {
                "ca.pem": authority.ca, "broker.pem": broker, "broker.key": broker,
                "acl": EXAMPLES / "acl",
            }.items():  # fmt: skip
                text = text.replace(f"/etc/mosquitto/kiosk/{name}", str(path))
            text = text.replace("listener 8883", f"listener {self.port} 127.0.0.1")
        else:
            text = f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence false\n"
            text += "max_inflight_messages 2000\nmax_queued_messages 0\n"
        text += "log_type error\nlog_type warning\n"
        self._settings = folder / "mosquitto.conf"
        # Root would become `mosquitto`, who cannot read this folder.
        extra = "user root\n" if os.geteuid() == 0 else ""
        self._settings.write_text(extra + text, encoding="utf-8")

    def command(self) -> list[str]:
        found = shutil.which("mosquitto", path=os.environ["PATH"] + ":/usr/sbin")
        assert found is not None
        return [found, "-c", str(self._settings)]

    def answers(self) -> bool:
        return listens(self.port)


def postgres_programs() -> Path | None:
    """The folder with `initdb` and `postgres`, of the newest version."""
    folders = Path("/usr/lib/postgresql").glob("*/bin")
    found = sorted(folders, key=lambda path: int(path.parent.name))
    return next((each for each in reversed(found) if (each / "initdb").exists()), None)


class Postgres(Server):
    """A cluster on a unix socket of its own; `initdb` refuses root, so root becomes `postgres`.
    Every commit is on disk (`fsync`, `synchronous_commit`): kill -9 must lose nothing."""

    SETTINGS = ("listen_addresses=", "shared_buffers=256MB", "max_wal_size=2GB",
                "wal_compression=on", "max_connections=30")  # fmt: skip

    def __init__(self, folder: Path, *settings: str) -> None:
        super().__init__(folder)
        self._chosen = [part for each in (*self.SETTINGS, *settings) for part in ("-c", each)]
        programs = postgres_programs()
        assert programs is not None
        self._programs = programs
        self._data = folder / "data"
        self._as = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self._as:
            who = pwd.getpwnam("postgres")
            os.chown(folder, who.pw_uid, who.pw_gid)
        made = [programs / "initdb", "-D", self._data, "-A", "trust", "-E", "UTF8",
                "--locale=C.UTF-8", "-U", "postgres", "--no-instructions"]  # fmt: skip
        subprocess.run([*self._as, *map(str, made)], check=True, capture_output=True, cwd="/")

    def command(self) -> list[str]:
        program = [str(self._programs / "postgres"), "-D", str(self._data), "-k", str(self.folder)]
        return [*self._as, *program, *self._chosen]

    def answers(self) -> bool:
        asked = [str(self._programs / "pg_isready"), "-q", "-h", str(self.folder)]
        return subprocess.run(asked).returncode == 0

    def tell(self, number: signal.Signals) -> None:
        """To the postmaster: `runuser` stands before it. kill -9 ends its children as well."""
        pid = int((self._data / "postmaster.pid").read_text().split()[0])
        if number is signal.SIGKILL:
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            for each in [pid, *map(int, children)]:
                os.kill(each, number)
        else:
            os.kill(pid, signal.SIGQUIT)  # immediate shutdown: nobody wants the data any more

    @property
    def dsn(self) -> str:
        return f"postgresql://postgres@/postgres?host={self.folder}"


class CollectorProcess(Server):
    """`kiosk-collector`."""

    def __init__(self, folder: Path, name: str, broker_port: int, database: Postgres,
                 authority: Authority | None, share: str = "collectors") -> None:  # fmt: skip
        super().__init__(folder)
        self.metrics_port = free_port()
        mine = authority.make(name) if authority else None
        tls = f'ca = "{authority.ca}"\ncertificate = "{mine}"\n' if authority else ""
        self._settings = folder / "collector.toml"
        self._settings.write_text(
            f'[broker]\nhost = "127.0.0.1"\nport = {broker_port}\nclient = "{name}"\n'
            f'share = "{share}"\nsession = {0 if share else 300}\n{tls}'
            f'[database]\ndsn = "{database.dsn}"\n[metrics]\nport = {self.metrics_port}\n'
        )

    def command(self) -> list[str]:
        program = [sys.executable, "-m", "firmware.collector", "--config", str(self._settings)]
        return program

    def answers(self) -> bool:
        return listens(self.metrics_port)
