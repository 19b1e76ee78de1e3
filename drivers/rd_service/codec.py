"""The documents of a Registered Device service: UIDAI, Aadhaar Registered Devices 2.0 (rev. 6).

What is in a PID is for UIDAI alone. Of a PidData only attributes are read here, and of its texts
that they are there; the document itself goes on as the bytes that came.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from xml.sax.saxutils import quoteattr

from drivers.rd_service import xml_reader
from drivers.rd_service.xml_reader import Element, XmlError
from firmware.contract.finger import LARGEST_PID, Position, Purpose

HOST = "127.0.0.1"  # and nothing else, whatever an answer says
PORTS = range(11100, 11121)  # chapter "Registered Device Service", discovery
TEXT_XML = "text/xml"
LARGEST_ANSWER = LARGEST_PID  # bytes; every other answer is smaller
PID_DATA = b"<PidData"
PATH = re.compile(r"/[\x21-\x7e]{0,199}")
# Some services write the host in front of the path: /127.0.0.1:11102/capture.
AUTHORITY = re.compile(r"(?:http:/)?/([0-9.]+):([0-9]{1,5})(?=/)")


class Method(StrEnum):
    """HTTP methods of the specification's own."""

    SERVICE = "RDSERVICE"
    INFO = "DEVICEINFO"
    CAPTURE = "CAPTURE"


# The specification writes `*`, UIDAI's own test client asks for `/`; services take one or both.
TARGETS = ("/", "*")


class Standing(StrEnum):
    """`status` of RDService; another word is as good as NOTREADY."""

    READY = "READY"
    USED = "USED"
    NOT_READY = "NOTREADY"


@dataclass(frozen=True)
class RdService:
    """What a service says of itself. Paths are of this service's own port."""

    standing: Standing
    info: str
    info_path: str
    capture_path: str


@dataclass(frozen=True)
class DeviceInfo:
    """Which reader, certified for whom. All empty: the service runs without a reader."""

    provider: str = ""  # dpId
    service: str = ""  # rdsId
    version: str = ""  # rdsVer
    model: str = ""  # mi
    code: str = ""  # dc
    serial: str = ""  # srno, where the vendor says it

    @property
    def is_there(self) -> bool:
        return bool(self.code and self.model)


@dataclass(frozen=True)
class PidData:
    """What may be known of an answer to CAPTURE. `error` is 0 where a finger was captured."""

    error: int
    words: str  # errInfo, the service's own
    quality: int | None  # qScore
    info: DeviceInfo
    valid_until: date | None  # ci: when UIDAI's certificate in the service expires


@dataclass(frozen=True)
class PidOptions:
    """What is asked of a capture. `environment`: P production, PP pre-production, S staging."""

    purpose: Purpose
    milliseconds: int
    fingers: int = 1
    position: Position = Position.UNKNOWN
    environment: str = "P"

    def to_bytes(self) -> bytes:
        """The document, attributes in the order of the specification's example."""
        attributes = {
            "fCount": str(self.fingers),
            "fType": FMR_AND_FIR,
            "iCount": "0",
            "pCount": "0",
            "format": XML_FORMAT,
            "pidVer": PID_VERSION,
            "timeout": str(self.milliseconds),
            "posh": self.position.value.upper(),
            "env": self.environment,
            "wadh": WADH[self.purpose],
        }
        written = " ".join(f"{name}={quoteattr(value)}" for name, value in attributes.items())
        return f'<PidOptions ver="1.0"><Opts {written}/></PidOptions>'.encode("ascii")


FMR_AND_FIR = "2"  # fType of level 1 readers: template and image of each finger
XML_FORMAT = "0"
PID_VERSION = "2.0"


def wadh(said: str) -> str:
    """Base64 of the SHA-256 of what the request to UIDAI will say: version, then its flags."""
    return base64.b64encode(hashlib.sha256(said.encode("ascii")).digest()).decode("ascii")


# KYC API 2.5; ra: by finger; rc: with consent; lr, de, pfr: no local language, decryption, PDF.
KYC_SAYS = "2.5" + "F" + "Y" + "N" + "N" + "N"
WADH = {Purpose.AUTHENTICATION: "", Purpose.KYC: wadh(KYC_SAYS)}


def read_service(document: bytes, port: int) -> RdService:
    """The answer to RDSERVICE at `port`; raises XmlError."""
    elements = xml_reader.read(document, "RDService")
    said = elements[0].value("status").upper()
    paths = {
        each.value("id").upper(): path_of(each.value("path"), port)
        for each in elements
        if each.name == "Interface" and each.value("id").upper() in (Method.INFO, Method.CAPTURE)
    }
    if paths.keys() != {Method.INFO, Method.CAPTURE}:
        raise XmlError(f"expected the paths of DEVICEINFO and CAPTURE, got {sorted(paths)}")
    return RdService(
        standing=Standing(said) if said in set(Standing) else Standing.NOT_READY,
        info=elements[0].value("info"),
        info_path=paths[Method.INFO],
        capture_path=paths[Method.CAPTURE],
    )


def path_of(said: str, port: int) -> str:
    """The path at our own host and `port`; raises XmlError for one that leads anywhere else."""
    authority = AUTHORITY.match(said)
    path = said
    if authority is not None:
        path = said[authority.end() :]
        if (authority[1], int(authority[2])) != (HOST, port):
            raise XmlError(f"expected a path at {HOST}:{port}, got {said!r}")
    if not PATH.fullmatch(path) or path.startswith("//"):
        raise XmlError(f"expected a path, got {said!r}")
    return path


def read_info(document: bytes) -> DeviceInfo:
    """The answer to DEVICEINFO; raises XmlError."""
    return _info(xml_reader.read(document, "DeviceInfo"))


def _info(elements: list[Element]) -> DeviceInfo:
    info = xml_reader.one(elements, "DeviceInfo")
    parameters = {each.value("name"): each for each in elements if each.name == "Param"}
    serial = parameters["srno"].value("value") if "srno" in parameters else ""
    return DeviceInfo(
        provider=info.value("dpId"),
        service=info.value("rdsId"),
        version=info.value("rdsVer"),
        model=info.value("mi"),
        code=info.value("dc"),
        serial=serial,
    )


def read_pid_data(document: bytes) -> PidData:
    """What may be known of the answer to CAPTURE; raises XmlError, also for half a PID."""
    elements = xml_reader.read(document, "PidData")
    reply = xml_reader.one(elements, "Resp")
    error = _number(reply.value("errCode"))
    if error is None:
        raise XmlError("expected errCode to be a number")
    if error:
        words = reply.value("errInfo")
        return PidData(error, words, None, DeviceInfo(), None)
    key = xml_reader.one(elements, "Skey")
    for part in (key, xml_reader.one(elements, "Hmac"), xml_reader.one(elements, "Data")):
        if not part.length:
            raise XmlError(f"expected a whole PID, got an empty {part.name}")
    quality = _number(reply.value("qScore").split(",")[0])
    return PidData(0, "", quality, _info(elements), _day(key.value("ci")))


def _number(said: str) -> int | None:
    """A score may come with decimals, or be missing."""
    return int(said.partition(".")[0]) if re.fullmatch(r"[0-9]{1,6}(\.[0-9]*)?", said) else None


def _day(said: str) -> date | None:
    """YYYYMMDD; None for what is no day."""
    if not re.fullmatch(r"[0-9]{8}", said):
        return None
    try:
        return date(int(said[:4]), int(said[4:6]), int(said[6:]))
    except ValueError:
        return None


def sayable(why: str, method: Method | None) -> str:
    """Of what is wrong with an answer: a parser of HTTP quotes what it does not understand."""
    if method not in (Method.SERVICE, Method.INFO):
        return f"expected HTTP, status 200, at most {LARGEST_ANSWER} bytes"
    return why.partition(PID_DATA.decode())[0]


def redacted(heard: bytes, method: Method | None) -> bytes:
    """Of what a service said, what may be kept or logged (M10): nothing of an answer to CAPTURE.

    Nor of a PID that comes as the answer to another question.
    """
    if method not in (Method.SERVICE, Method.INFO):
        return b""
    return heard.partition(PID_DATA)[0]
