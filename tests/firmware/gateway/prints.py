"""What an emulated reader makes of an emulated finger."""

from __future__ import annotations

from datetime import datetime

from drivers.rd_service.reader import Make, Reader
from firmware.runtime.clock import INDIA

OPTIONS = (
    b'<PidOptions ver="1.0"><Opts fCount="1" fType="2" format="0" pidVer="2.0" timeout="9000"'
    b' posh="UNKNOWN" env="P" wadh="of this question"/></PidOptions>'
)


def pid_data(finger: str = "thumb") -> bytes:
    """The PidData document of one capture."""
    reader = Reader(Make(), lambda: datetime(2026, 11, 22, 12, 0, tzinfo=INDIA))
    reader.finger, reader.lies_since, reader.quality = finger, 0.0, 80
    assert reader.ask(OPTIONS, 0.0) is None
    document = reader.result(1.0)
    assert document is not None
    return document
