"""The emulated reader and the service in front of it: what they do and say, without HTTP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from xml.sax.saxutils import quoteattr

from drivers.base.protocol import NEVER
from drivers.rd_service import xml_reader
from drivers.rd_service.codec import LARGEST_ANSWER, Method, Standing
from drivers.rd_service.events import ERRORS
from drivers.rd_service.sealing import Print
from drivers.rd_service.xml_reader import XmlError

READ_TIME = 0.8  # seconds a finger must lie still; chosen
BOOT_TIME = 2.0  # seconds from power to ready; real ones take up to a minute
SHORTEST, LONGEST = 1000, 60_000  # milliseconds of a time-out that it takes; chosen
INFO_PATH, CAPTURE_PATH = "/rd/info", "/rd/capture"
TIMED_OUT, USED, NOT_READY, FAILED = 700, 710, 720, 730


class Damage(StrEnum):
    """What may be wrong with an answer to CAPTURE."""

    NONE = ""
    NOT_XML = "not_xml"
    HALF = "half"  # a PidData without its data
    BOMB = "bomb"  # entities that grow to gigabytes
    HUGE = "huge"  # more bytes than anybody reads
    OTHER_READER = "other_reader"


@dataclass(frozen=True)
class Make:
    """Who the reader and its service are."""

    provider: str = "KIOSK.BENCH"
    service: str = "KIOSK.BENCH.001"
    version: str = "1.4.0"
    model: str = "BENCH100"
    serial: str = "BENCH0001"
    certificate: str = "20351231"  # ci

    @property
    def code(self) -> str:
        return f"bench-{self.serial.lower()}"


@dataclass(frozen=True)
class Asked:
    """A capture that runs. Its client may have gone."""

    began: float
    until: float
    position: str
    wadh: str


class Reader:
    """Times are seconds of one monotonic clock. `time_of_day` is for the stamp of a print."""

    def __init__(self, make: Make, time_of_day: Callable[[], datetime]) -> None:
        self.make, self._time_of_day = make, time_of_day
        self.is_plugged = self.has_power = True
        self.is_used = False  # by another application
        self.damage = Damage.NONE
        self.ready_at = 0.0
        self.finger = ""
        self.quality = 0
        self.lies_since = NEVER
        self.was_lifted = False  # during this capture, after a touch
        self.asked: Asked | None = None
        self.captured: list[str] = []

    # --- what it says ---------------------------------------------------------------------------

    def is_ready(self, now: float) -> bool:
        return self.has_power and self.is_plugged and now >= self.ready_at

    def service(self, now: float) -> bytes:
        standing = Standing.READY if self.is_ready(now) else Standing.NOT_READY
        if self.is_ready(now) and (self.is_used or self.asked is not None):
            standing = Standing.USED
        paths = ((Method.CAPTURE, CAPTURE_PATH), (Method.INFO, INFO_PATH))
        interfaces = "".join(f'<Interface id="{name}" path="{path}"/>' for name, path in paths)
        info = quoteattr(f"{self.make.provider} registered device, emulated")
        said = f'<RDService status="{standing}" info={info}>{interfaces}</RDService>'
        return f'<?xml version="1.0"?>\n{said}'.encode()

    def info(self, now: float) -> bytes:
        return self._info(self.make.code if self.is_ready(now) else "").encode()

    def _info(self, code: str) -> str:
        """Empty attributes where no reader is plugged in."""
        make = self.make
        names = ("dpId", "rdsId", "rdsVer", "mi", "mc", "dc")
        said = (make.provider, make.service, make.version, make.model, "TUlJ", code)
        values = dict(zip(names, said if code else [""] * len(names), strict=True))
        written = " ".join(f"{name}={quoteattr(value)}" for name, value in values.items())
        more = f'<Param name="srno" value={quoteattr(make.serial)}/>' if code else ""
        return f"<DeviceInfo {written}><additional_info>{more}</additional_info></DeviceInfo>"

    # --- a capture ------------------------------------------------------------------------------

    def ask(self, options: bytes, now: float) -> bytes | None:
        """The answer, where there is one at once."""
        if not self.is_ready(now):
            return _refusal(NOT_READY)
        if self.is_used or self.asked is not None:
            return _refusal(USED)
        try:
            asked = _read_options(options, now)
        except XmlError:
            return _refusal(100)
        if isinstance(asked, int):
            return _refusal(asked)
        self.asked, self.was_lifted = asked, False
        return None

    def result(self, now: float) -> bytes | None:
        """The answer to the capture that runs, once there is one."""
        if (asked := self.asked) is None:
            return None
        answer = None
        if not self.is_ready(now):
            answer = _refusal(NOT_READY)
        elif self.finger and now >= max(self.lies_since, asked.began) + READ_TIME:
            answer = self._pid_data(asked)
        elif self.was_lifted:
            answer = _refusal(FAILED)
        elif now >= asked.until:
            answer = _refusal(TIMED_OUT)
        if answer is not None:
            self.asked = None
        return answer

    def next_deadline(self) -> float:
        if (asked := self.asked) is None:
            return NEVER
        read = max(self.lies_since, asked.began) + READ_TIME if self.finger else NEVER
        return min(read, asked.until)

    def _pid_data(self, asked: Asked) -> bytes:
        damage, self.damage = self.damage, Damage.NONE
        made = Print(self.finger, asked.position, asked.wadh, self._time_of_day())
        if damage is Damage.NONE:
            self.captured.append(self.finger)
        return _damaged(self._document(made, damage), damage)

    def _document(self, made: Print, damage: Damage) -> str:
        pid = made.sealed()
        code = self.make.code if damage is not Damage.OTHER_READER else "bench-another"
        data = pid.data if damage is not Damage.HALF else ""
        return (
            f'<PidData><Resp errCode="0" errInfo="" fCount="1" fType="2" nmPoints="31"'
            f' qScore="{self.quality}"/>{self._info(code)}'
            f'<Skey ci="{self.make.certificate}">{pid.key}</Skey><Hmac>{pid.hmac}</Hmac>'
            f'<Data type="X">{data}</Data></PidData>'
        )


def _refusal(error: int) -> bytes:
    words = quoteattr(ERRORS[error][0])
    return f'<PidData><Resp errCode="{error}" errInfo={words} qScore="0"/></PidData>'.encode()


def _read_options(options: bytes, now: float) -> Asked | int:
    """Or the error code of the option that it does not take; raises XmlError."""
    said = xml_reader.one(xml_reader.read(options, "PidOptions"), "Opts").value
    if said("fType") not in ("0", "1", "2"):
        return 110
    if said("fCount") not in ("1", "2"):
        return 120
    if said("pidVer") != "2.0":
        return 150
    if said("format") not in ("0", "1") or said("env") not in ("P", "PP", "S"):
        return 190
    if not said("timeout").isdecimal() or not SHORTEST <= int(said("timeout")) <= LONGEST:
        return 160
    return Asked(now, now + int(said("timeout")) / 1000, said("posh"), said("wadh"))


def _damaged(document: str, damage: Damage) -> bytes:
    match damage:
        case Damage.NOT_XML:
            return document[: len(document) // 2].encode()
        case Damage.BOMB:
            grown = "".join(
                f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' if n else '<!ENTITY a0 "bomb">'
                for n in range(12)
            )
            return f"<!DOCTYPE PidData [{grown}]><PidData>&a11;</PidData>".encode()
        case Damage.HUGE:
            return f"<PidData>{'x' * (LARGEST_ANSWER * 2)}</PidData>".encode()
        case _:
            return document.encode()
