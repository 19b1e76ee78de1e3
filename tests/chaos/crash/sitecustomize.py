"""Read by Python itself at the start of the one process whose PYTHONPATH begins here."""

from __future__ import annotations

import os
from pathlib import Path

from tests.chaos.suicide import arm

arm(Path(os.environ["KIOSK_CRASH"]))
