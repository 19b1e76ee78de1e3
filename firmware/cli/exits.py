"""What `kioskctl` ends with: a number means the same after every command.

Numbers from 64 on are those of sysexits.h; docs/kioskctl.md is drawn from this table.
"""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Scripts read these, so a number keeps its meaning for ever."""

    WELL = 0
    NOT_WELL = 1
    UNKNOWN = 2
    NO_BUS = 3
    USAGE = 64
    NO_INPUT = 66
    UNAVAILABLE = 69
    NO_FILE = 73
    CONFIG = 78


MEANINGS = {
    Exit.WELL: "done; what was asked for is as it should be. An empty list is well, too",
    Exit.NOT_WELL: "refused, with the reason; something is not as it should be; or there is no "
    "such thing",
    Exit.UNKNOWN: "nobody can say: core, or who else was asked, is silent, or there is no record "
    "to be read. Of `status` also: out of service; of `device test`: not tested",
    Exit.NO_BUS: "the broker does not answer, or turns this user away",
    Exit.USAGE: "the command line is wrong",
    Exit.NO_INPUT: "a file that was named cannot be read",
    Exit.UNAVAILABLE: "of `fleet`: no database, no broker, or the extra `collector` is missing",
    Exit.NO_FILE: "the file that was asked for cannot be written",
    Exit.CONFIG: "kiosk.toml, or a file like it, is wrong: which key, and what was expected",
}
