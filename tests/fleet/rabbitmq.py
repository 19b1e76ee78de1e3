"""RabbitMQ with the files of docs/fleet/rabbitmq, out of a folder with a Debian 13 in it or of this
machine."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from firmware.cli import fleet_rabbitmq
from firmware.demo.stage import free_port
from tests.fleet.certificates import Authority
from tests.fleet.servers import EXAMPLES, Server, listens

ROOT_OF = "KIOSK_RABBITMQ"  # names the folder; `/` is this machine
PROGRAM = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
READY = b" completed with "  # of its banner; its log leaves out lines when many come at once
FILES = ("rabbitmq.conf", "advanced.config", "enabled_plugins")


def missing() -> str:
    """Why no RabbitMQ can be started here; empty where one can."""
    root = os.environ.get(ROOT_OF)
    if root is None:
        return f"{ROOT_OF} names no folder with a RabbitMQ: make test-rabbitmq"
    if not (Path(root) / PROGRAM.relative_to("/")).exists():
        return f"{ROOT_OF}: expected {PROGRAM} in {root}"
    return "" if os.geteuid() == 0 else "RabbitMQ starts in namespaces of its own, as root"


MAY_BE_HERE = pytest.mark.skipif(bool(missing()), reason=missing())


class InRoot(Server):
    """A program of that Debian, in a process namespace of its own, so that the test's kill ends
    whatever it has started."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._root = Path(os.environ[ROOT_OF])
        self._inside = Path("/tmp") / folder.parent.name / folder.name
        self._outside = self._root / self._inside.relative_to("/")
        self._outside.mkdir(parents=True, exist_ok=True)
        self._said = 0

    def within(self, known: Mapping[str, object], *program: str) -> list[str]:
        """The command that runs `program` there with `known` as its whole environment."""
        apart = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc=/proc"]
        environment = ["env", "-i", *(f"{name}={value}" for name, value in known.items())]
        return [*apart, f"--root={self._root}", *environment, *program]

    def stop(self) -> None:
        """Nobody wants its data any more, and its good-bye takes ten seconds."""
        self.kill()
        shutil.rmtree(self._outside, ignore_errors=True)


class Epmd(InRoot):
    """Where the nodes of a cluster find each other; it must outlive each of them."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.port = free_port()

    def command(self) -> list[str]:
        return self.within({}, "/usr/bin/epmd", "-port", str(self.port), "-address", "127.0.0.1")

    def answers(self) -> bool:
        return listens(self.port)


class RabbitMQ(InRoot):
    """One node. Paths and ports are other ones, the Erlang nodes talk on loopback, one name is put
    in for what Debian's package asks the machine; nothing else differs from docs/fleet/rabbitmq.
    """

    def __init__(self, folder: Path, authority: Authority, kiosks: Sequence[str],
                 settings: str = "", node: str = "fleet@localhost",
                 epmd: int | None = None) -> None:  # fmt: skip
        super().__init__(folder)
        self.port = free_port()
        self._known = {
            "HOME": self._inside, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8",
            "RABBITMQ_NODENAME": node, "RABBITMQ_DIST_PORT": free_port(),
            "ERL_EPMD_PORT": epmd or free_port(), "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_MNESIA_BASE": self._inside / "data", "RABBITMQ_LOGS": "-",
            "RABBITMQ_LOG_BASE": self._inside / "log", "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_CONFIG_FILE": self._inside / "rabbitmq.conf",
            "RABBITMQ_ADVANCED_CONFIG_FILE": self._inside / "advanced.config",
            "RABBITMQ_ENABLED_PLUGINS_FILE": self._inside / "enabled_plugins",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+sbwt none +sbwtdcpu none +sbwtdio none",
        }  # fmt: skip
        self._put(".erlang.cookie", b"OFTHETESTS")
        (self._outside / ".erlang.cookie").chmod(0o400)
        self._put("ca.pem", authority.ca.read_bytes())
        broker = authority.make("broker", is_server=True).read_bytes()
        for name in ("broker.pem", "broker.key"):
            self._put(name, broker)
        known = fleet_rabbitmq.definitions(kiosks, ["collector-a", "collector-b"], ["office"])
        self._put("definitions.json", fleet_rabbitmq.as_json(known).encode())
        for name in FILES:
            text = (EXAMPLES / "rabbitmq" / name).read_text(encoding="utf-8")
            text = text.replace("/etc/rabbitmq/kiosk", str(self._inside))
            text = text.replace("default = 8883", f"default = 127.0.0.1:{self.port}")
            self._put(name, (text + (settings if name == FILES[0] else "")).encode())

    def _put(self, name: str, content: bytes) -> None:
        (self._outside / name).write_bytes(content)

    def command(self) -> list[str]:
        return self.within(self._known, str(PROGRAM))

    def control(self, *words: str) -> str:
        """What `rabbitmqctl` says of this node, which runs."""
        asked = self.within(self._known, str(PROGRAM.parent / "rabbitmqctl"), *words)
        done = subprocess.run(asked, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self) -> None:
        self._said = self.log.stat().st_size if self.log.exists() else 0
        super().start()

    def answers(self) -> bool:
        """It listens before it has read who its users are."""
        return READY in self.log.read_bytes()[self._said :]
