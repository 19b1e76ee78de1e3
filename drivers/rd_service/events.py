"""What the host's side of an RD service tells and takes, and what its errors are called here."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from drivers.rd_service.codec import DeviceInfo, PidOptions


class Fault(StrEnum):
    """The stable codes. Those of a capture end it; those of the service last."""

    LINK_LOST = "finger.link.lost"  # no RD service at any port
    LINK_SILENT = "finger.link.silent"  # it takes a connection, and says nothing sensible
    WRONG = "finger.device.wrong"  # RD services run, and none is of the provider that is wanted
    USED = "finger.used"  # by another application
    NOT_READY = "finger.not_ready"
    READER_GONE = "finger.reader.gone"  # the service runs, and no reader is plugged in
    VERSION = "finger.rd.version"  # of the service: none of those that are known to work
    EXPIRING = "finger.rd.expiring"
    EXPIRED = "finger.rd.expired"
    # only of a capture
    TIMEOUT = "finger.timeout"  # nobody put a finger on
    FAILED = "finger.capture_failed"  # lifted too early, wet, dirty
    NO_FINGER = "finger.none"
    RESTART = "finger.restart"  # the reader must be initialised anew
    OPTIONS = "finger.options"  # it does not take what we ask for: a fault of ours
    INTERNAL = "finger.internal"
    OTHER = "finger.other"
    ANSWER = "finger.answer"  # no PidData, or half of one
    CANCELLED = "finger.cancelled"


# errCode of Resp: the service's own, and the meaning here. UIDAI's server has others, not these.
ERRORS: dict[int, tuple[str, Fault]] = {
    100: ("invalid PidOptions", Fault.OPTIONS),
    110: ("invalid fType", Fault.OPTIONS),
    120: ("invalid fCount", Fault.OPTIONS),
    130: ("invalid iType", Fault.OPTIONS),
    140: ("invalid iCount", Fault.OPTIONS),
    150: ("invalid pidVer", Fault.OPTIONS),
    160: ("invalid timeout", Fault.OPTIONS),
    170: ("invalid posh", Fault.OPTIONS),
    180: ("face is not supported", Fault.OPTIONS),
    190: ("invalid format", Fault.OPTIONS),
    200: ("invalid format", Fault.OPTIONS),
    700: ("capture timed out", Fault.TIMEOUT),
    710: ("used by another application", Fault.USED),
    720: ("device not ready", Fault.NOT_READY),
    730: ("capture failed", Fault.FAILED),
    740: ("device needs to be initialised again", Fault.RESTART),
    750: ("no fingerprint", Fault.NO_FINGER),
    760: ("no iris", Fault.OPTIONS),
    770: ("invalid URL", Fault.OPTIONS),
    999: ("internal error", Fault.INTERNAL),
}
OF_OPTIONS = range(100, 300)  # of these ranges the list above is not known to be whole


def fault_of(error: int) -> Fault:
    if error in ERRORS:
        return ERRORS[error][1]
    return Fault.OPTIONS if error in OF_OPTIONS else Fault.OTHER


@dataclass(frozen=True)
class ServiceFound:
    """The service that will be used, and its reader. Told again when something of it changed."""

    port: int
    info: DeviceInfo


@dataclass(frozen=True)
class ServiceLost:
    why: str


@dataclass(frozen=True)
class ServiceSilent:
    why: str


@dataclass(frozen=True)
class FingerRead:
    """`pid` is the whole document, as it came."""

    session: str
    quality: int | None
    info: DeviceInfo
    valid_until: date | None
    pid: bytes = field(repr=False)


@dataclass(frozen=True)
class CaptureFailed:
    session: str
    fault: Fault
    detail: str = ""


Event = ServiceFound | ServiceLost | ServiceSilent | FingerRead | CaptureFailed


@dataclass(frozen=True)
class Capture:
    """Taken while READY, and for the session that is captured already."""

    session: str
    options: PidOptions


@dataclass(frozen=True)
class Cancel:
    """Of another session, or of none: nothing happens."""

    session: str


Command = Capture | Cancel
