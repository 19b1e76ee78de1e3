"""Which RD services run, at which ports: each port asked in turn, and what is none passed over.

Several may run side by side, each maker's own. Whoever listens there and is no RD service has
nothing to fear: it gets two requests that it does not know.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from drivers.rd_service.codec import (
    TARGETS,
    DeviceInfo,
    Method,
    RdService,
    Standing,
    read_info,
    read_service,
)
from drivers.rd_service.xml_reader import XmlError

NO_READER = DeviceInfo()
PREFERENCE = (Standing.READY, Standing.USED, Standing.NOT_READY)


@dataclass(frozen=True)
class Service:
    """One that answered. `target` is the spelling of RDSERVICE that it knows."""

    port: int
    target: str
    said: RdService
    info: DeviceInfo = NO_READER

    @property
    def standing(self) -> Standing:
        """A service without a reader is as good as one that is not ready."""
        is_honest = self.info.is_there or self.said.standing is not Standing.READY
        return self.said.standing if is_honest else Standing.NOT_READY


class Survey:
    """One round. `provider` is the dpId that is wanted; empty: any."""

    def __init__(self, ports: Sequence[int], provider: str) -> None:
        self._ports, self._provider = list(ports), provider
        self._target = 0
        self._asked: Service | None = None  # of this port RDSERVICE is answered
        self._found: list[Service] = []
        self.strangers: list[int] = []  # ports where somebody else listens

    @property
    def is_over(self) -> bool:
        return not self._ports

    @property
    def port(self) -> int:
        return self._ports[0]

    @property
    def question(self) -> tuple[Method, str]:
        """What to ask at `port`."""
        if self._asked is not None:
            return Method.INFO, self._asked.said.info_path
        return Method.SERVICE, TARGETS[self._target]

    def nobody(self) -> None:
        """Nobody listens at this port."""
        self._next()

    def silence(self) -> None:
        """Somebody listens and says nothing: the second spelling would only take as long."""
        if self._asked is not None:
            self._found.append(self._asked)  # it runs; its reader does not answer
        else:
            self.strangers.append(self.port)
        self._next()

    def nonsense(self) -> None:
        """No HTTP, or HTTP that says no."""
        if self._asked is None and self._target + 1 < len(TARGETS):
            self._target += 1
        else:
            self.silence()

    def answered(self, body: bytes) -> None:
        try:
            if self._asked is None:
                said = read_service(body, self.port)
                self._asked = Service(self.port, TARGETS[self._target], said)
            else:
                self._found.append(replace(self._asked, info=read_info(body)))
                self._next()
        except XmlError:
            self.nonsense()

    def _next(self) -> None:
        del self._ports[0]
        self._target, self._asked = 0, None

    @property
    def others(self) -> list[str]:
        """Providers that answered and are not wanted."""
        return [each.info.provider for each in self._found if not self._is_wanted(each)]

    def best(self) -> Service | None:
        """The one to use: ready before used before not ready, then the lowest port."""
        wanted = [each for each in self._found if self._is_wanted(each)]
        return min(wanted, key=lambda each: PREFERENCE.index(each.standing), default=None)

    def _is_wanted(self, service: Service) -> bool:
        """Without a reader it does not say whose it is."""
        return self._provider in ("", service.info.provider) or not service.info.is_there
