"""Debian's Chromium under the kiosk's own policies, in a call with itself, on the loopback.

No `--use-fake-ui-for-media-stream` and no `--no-sandbox`: who may use the camera, policy says.
"""

from __future__ import annotations

import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from firmware.contract.meeting import Planned
from firmware.meeting.family import descendants
from firmware.meeting.hall import BROWSER, Hall
from firmware.meeting.policy import Policy, policy
from firmware.runtime.clock import INDIA
from tests.firmware.meeting.page import CALL, GOES_ELSEWHERE, Page

ENDS_WITHIN = 20.0  # seconds: asked, then told, then wiped


def why_not() -> str:
    """Why it cannot be tried here; empty where it can."""
    if not BROWSER.exists():
        return "no Chromium here: apt-get install chromium"
    if os.geteuid() != 0:
        return "needs root, to put policies where Chromium reads them, in a mount namespace"
    tried = ["unshare", "--mount", "setpriv", "--reuid=65534", "unshare", "--user", "true"]
    if subprocess.run(tried, capture_output=True, check=False).returncode:
        return "no user namespaces for everybody here, so Chromium has no sandbox"
    return ""


pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())


class Meeting:
    """A meeting that is held; `pipe` is Chromium's DevTools, as far as policy lets them be."""

    def __init__(self, folder: Path, program: subprocess.Popen[bytes], to: int, come: int) -> None:
        self.folder, self.program, self.hall = folder, program, Hall(folder / "hall")
        self._to, self._come, self._count = to, come, 0

    def ask(self, method: str, **parameters: object) -> dict[str, Any]:
        """One DevTools command over the pipe, and its whole answer. Raises EOFError."""
        self._count += 1
        asked = {"id": self._count, "method": method, "params": parameters}
        os.write(self._to, json.dumps(asked).encode() + b"\0")
        told = b""
        while True:
            if not (more := os.read(self._come, 1 << 16)):
                raise EOFError("the browser has closed the pipe")
            told += more
            *whole, told = told.split(b"\0")
            for each in whole:
                answer: dict[str, Any] = json.loads(each)
                if answer.get("id") == self._count:
                    return answer

    def targets(self) -> list[dict[str, Any]]:
        """What the browser shows."""
        found: list[dict[str, Any]] = self.ask("Target.getTargets")["result"]["targetInfos"]
        return found

    @property
    def processes(self) -> list[int]:
        return descendants(self.program.pid)

    def is_clean(self) -> bool:
        """No file of the session, and no word of it in the hall."""
        return list(self.folder.iterdir()) == [self.folder / "hall", self.folder / "chromium"] and (
            list((self.folder / "hall").iterdir()) == []
        )


def is_sandboxed(pid: int) -> bool:
    """In namespaces of its own, and under a filter of system calls (proc(5), namespaces(7))."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        spaces = [Path(f"/proc/{each}/ns/user").readlink() for each in ("self", pid)]
    except OSError:
        return False  # ended since
    return "Seccomp:\t2" in status and spaces[0] != spaces[1]


@contextmanager
def held(url: str, allowed: Policy, minutes: float = 10) -> Iterator[Meeting]:
    """As kiosk-meeting.service holds it, but for the screen. The policies are in place for this
    program and its children alone: a mount of its own over /etc/chromium."""
    folder = Path(tempfile.mkdtemp(prefix="kiosk-meeting-", dir="/dev/shm"))
    folder.chmod(0o755)
    chromium = folder / "chromium"
    shutil.copytree("/etc/chromium", chromium)
    (chromium / "policies/managed").mkdir(parents=True, exist_ok=True)
    written = folder / "chromium" / "written.json"
    written.write_text(json.dumps(allowed))
    (chromium / "policies/managed/kiosk.json").symlink_to(written)  # as on the image
    now = datetime.now(INDIA)
    ends = now + timedelta(minutes=minutes)
    hall = Hall(folder / "hall")
    hall.open(Planned("review", url, now.isoformat(), ends.isoformat(), "समीक्षा", "Review"))
    to_read, to = os.pipe()
    come, come_write = os.pipe()
    program = _holder(folder, to_read, come_write)
    for mine in (to_read, come_write):
        os.close(mine)
    try:
        yield Meeting(folder, program, to, come)
    finally:
        hall.close()
        program.wait(timeout=ENDS_WITHIN)
        os.close(to)
        os.close(come)
        shutil.rmtree(folder)


def _holder(folder: Path, three: int, four: int) -> subprocess.Popen[bytes]:
    holding = [sys.executable, "-m", "tests.firmware.meeting.holder",
               str(folder / "hall"), str(folder / "profile")]  # fmt: skip
    mounted = f'mount --bind "{folder}/chromium" /etc/chromium && exec "$@" 3<&{three} 4>&{four}'
    command = [
        "unshare",
        "--mount",
        "--propagation=private",
        "bash",
        "-c",
        mounted,
        "hold",
        *holding,
    ]
    return subprocess.Popen(command, pass_fds=(three, four), stderr=subprocess.DEVNULL)


@pytest.fixture
def page() -> Iterator[Page]:
    page = Page(CALL)
    yield page
    page.close()


def test_a_call_is_seen_and_heard_and_leaves_nothing(page: Page) -> None:
    with held(page.origin, policy([page.origin])) as meeting:
        first = page.hear("frames")
        while page.hear("frames") <= first + 10:
            pass  # each is a new word of the page, and the time-out of hear() ends it
        assert page.hear("sound") > 0
        assert any(map(is_sandboxed, meeting.processes)), "Chromium's own sandbox is on"
        found = meeting.targets()
        page_id = next(each["targetId"] for each in found if each["type"] == "page")
        attached = meeting.ask("Target.attachToTarget", targetId=page_id, flatten=True)
        assert "error" in attached, "no developer tools, whoever holds the pipe"
        left = meeting.processes
        meeting.hall.close()  # core says that it is over
        meeting.program.wait(timeout=ENDS_WITHIN)
        assert [pid for pid in left if Path(f"/proc/{pid}").exists()] == []
        assert meeting.is_clean(), list(meeting.folder.rglob("*"))


def test_another_origin_gets_no_camera(page: Page) -> None:
    """Allowed to be shown, and not to see: the camera is that origin's alone."""
    other = Page(CALL)
    allowed = policy([page.origin])
    allowed["URLAllowlist"] = [page.origin, other.origin]
    with held(other.origin, allowed):
        assert other.hear("refused") == "NotAllowedError"
    other.close()


def test_a_page_cannot_go_elsewhere() -> None:
    """Neither itself, nor in a frame, nor in a window; and not to the files of the kiosk."""
    elsewhere = Page(CALL)
    page = Page(GOES_ELSEWHERE.replace("ELSEWHERE", elsewhere.origin))
    with held(page.origin, policy([page.origin])) as meeting:
        assert page.hear("begun")
        with pytest.raises(queue.Empty):
            page.hear("still", patience=2.0)  # of a page that a blocked one has replaced
        pages = [each for each in meeting.targets() if each["type"] == "page"]
        assert len(pages) == 1, "no window was opened"
    assert elsewhere.asked == [], "not one request went there"
    elsewhere.close()
    page.close()


def test_its_time_is_over_and_nobody_said_so(page: Page) -> None:
    """Core may be dead: the launcher knows the end by itself."""
    ends = datetime.now(INDIA) + timedelta(seconds=3)
    with held(page.origin, policy([page.origin]), minutes=0.05) as meeting:
        meeting.program.wait(timeout=3 + ENDS_WITHIN)
        assert meeting.program.returncode == 0
        assert datetime.now(INDIA) >= ends, "not before, by a crash"
        assert meeting.is_clean()


def test_the_browser_dies_and_the_kiosk_is_given_back(page: Page) -> None:
    with held(page.origin, policy([page.origin])) as meeting:
        page.hear("frames")
        for pid in meeting.processes:
            try:
                os.kill(pid, 9)
            except ProcessLookupError:
                continue
        meeting.program.wait(timeout=ENDS_WITHIN)
        assert meeting.is_clean()
