"""`kiosk-demo`: with a display the kiosk and its dock; without, or with --story, a visit.

A story leaves in the out folder a screenshot of each screen, the receipt as PNG, the journal and
every message of the bus, and ends with a short table.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from firmware.contract.screen import Done, Screen
from firmware.core.daemon import journal_path
from firmware.demo.account import Account, account
from firmware.demo.citizen import Citizen, StoryFailed
from firmware.demo.keys import DEMO_PIN
from firmware.demo.recorder import Recorder
from firmware.demo.stage import Settings, Stage, StageError
from firmware.demo.stage_door import StageDoor
from firmware.demo.story import APPLICATION, FORGED, FREE, STORIES
from firmware.journal.journal import read_entries

ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PICTURE_WITHIN = 30.0  # seconds; a loaded machine takes ten to build the window
SETTLES_WITHIN = 1.0  # seconds for the last screen to be drawn before its picture is taken


def main() -> int:
    parser = argparse.ArgumentParser(prog="kiosk-demo", description=__doc__)
    parser.add_argument("--story", choices=sorted(STORIES))
    parser.add_argument("--out", type=Path, default=Path("demo-out"))
    options = parser.parse_args()
    for number in ENDS:
        signal.signal(number, _interrupt)
    has_display = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    try:
        with tempfile.TemporaryDirectory(prefix="kiosk-") as folder:
            if has_display and options.story is None:
                return _run_window(Path(folder))
            story = options.story or "electricity-cash"
            return asyncio.run(_play(story, Path(folder), options.out.absolute()))
    except StageError as error:
        print(f"kiosk-demo: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("kiosk-demo: stopped", file=sys.stderr)
        return 130


def _interrupt(*_: object) -> None:
    for number in ENDS:  # one is enough; the next must not fall into the cleaning up
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _run_window(folder: Path) -> int:
    """The kiosk window and the dock beside it, until either is closed."""
    settings = Settings(width=540, height=960, speaks=True, has_laser=True, has_practice=True)
    with Stage(folder, settings) as stage, StageDoor(stage):
        print(f"the kiosk lives in {folder} while this runs")
        print(f"the operator's PIN, after holding the padlock in the corner: {DEMO_PIN}")
        print("K numbers to try: 210344001725, 210344001733, 210344001741")
        print("one whose office asks more than the law allows: 210344001758")
        print(f"an application for a certificate: {APPLICATION}; one that was forged: {FORGED}")
        dock = [str(Path(sys.executable).parent / "kiosk-dock"), "--config"]
        config = str(stage.folder / "kiosk.toml")
        subprocess.run([*dock, config], check=False, process_group=stage.group)
    return 0


async def _play(story: str, folder: Path, out: Path) -> int:
    _clear(out)
    (out / "screens").mkdir(parents=True)
    pictures = {
        "SDL_VIDEODRIVER": "offscreen",
        "KIOSK_SCREENSHOT_DIR": str(out / "screens"),
    }
    began = time.monotonic()
    has_laser = story.startswith("certificate")
    with Stage(folder, Settings(environment=pictures, has_laser=has_laser)) as stage:
        print(f"the kiosk lives in {folder} while this runs")
        seen: list[Screen] = []
        try:
            async with Recorder(stage, out / "bus.log") as recorder, Citizen(stage) as citizen:
                citizen.on_screen(seen.append)
                await _take_picture(stage, out / "screens")
                for name, step in STORIES[story]().items():
                    await step(citizen)
                    await _take_picture(stage, out / "screens")
                    print(f"{time.monotonic() - began:6.1f} s  {name}")
            result = account(stage)
        except StoryFailed as failure:
            print(f"kiosk-demo: {failure}", file=sys.stderr)
            return 1
        finally:  # a story that failed is the one whose papers are wanted
            _keep_papers(stage, out)
    receipts = [screen.data.receipt for screen in seen if isinstance(screen.data, Done)]
    return _report(story, result, receipts, recorder.count, time.monotonic() - began, out)


async def _take_picture(stage: Stage, folder: Path) -> None:
    """Ask the UI for a picture until it is there: it takes none before its window is built."""
    await asyncio.sleep(SETTLES_WITHIN)
    asked_at, deadline = time.time(), time.monotonic() + PICTURE_WITHIN
    while _newest(folder) < asked_at:
        if time.monotonic() > deadline:
            raise StoryFailed(f"expected a picture within {PICTURE_WITHIN} s, got none")
        os.kill(stage.pid("ui"), signal.SIGUSR1)
        await asyncio.sleep(0.3)


def _newest(folder: Path) -> float:
    """When the last picture was written, as the file system says."""
    return max((path.stat().st_mtime for path in folder.glob("*.png")), default=0.0)


def _clear(out: Path) -> None:
    """Remove what a demo left there before, and nothing else."""
    for name in ("screens", "logs"):
        shutil.rmtree(out / name, ignore_errors=True)
    for left in (*out.glob("ticket-*.png"), out / "bus.log", out / "journal.txt"):
        left.unlink(missing_ok=True)


def _keep_papers(stage: Stage, out: Path) -> None:
    for picture in sorted((stage.folder / "paper").glob("*.png")):
        shutil.copy(picture, out / picture.name)
    with (out / "journal.txt").open("w") as file:
        for entry in read_entries(journal_path(stage.config)):
            file.write(f"{entry.seq:4d} {entry.at} {entry.row}\n")
    shutil.copytree(stage.folder / "logs", out / "logs")


def _report(
    story: str, result: Account, receipts: list[str], messages: int, seconds: float, out: Path
) -> int:
    faults = result.faults()
    lines = [
        ("story", story),
        ("rupees in", str(result.inside)),
        ("rupees journalled", str(result.journalled)),
        ("by UPI and card", str(result.without_cash)),
        ("rupees posted", str(result.posted)),
        ("claims paid back", str(result.redeemed)),
        ("collected", str(result.collected)),
        ("difference", "none" if not faults else "; ".join(faults)),
        ("receipt", ", ".join(sorted(set(receipts))) or "none"),
        ("tickets on paper", str(result.tickets)),
        ("messages on the bus", str(messages)),
        ("time", f"{seconds:.1f} s"),
        ("left in", str(out)),
    ]
    print()
    for label, value in lines:
        print(f"  {label:20} {value}")
    has_paid = bool(result.inside or result.without_cash)
    is_told = bool(receipts) and has_paid if story not in FREE else bool(result.tickets)
    return 0 if not faults and is_told else 1


if __name__ == "__main__":
    sys.exit(main())
