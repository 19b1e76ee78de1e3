"""ccTalk's wire as a serial port has it: the settings of every device on it (part 1)."""

from __future__ import annotations

BAUD_RATE = 9600  # 8 data bits, no parity, 1 stop bit
