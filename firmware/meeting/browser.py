"""How Chromium is started for one meeting, and what is left of it afterwards: nothing."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from firmware.meeting.hall import BROWSER

CAGE = "/usr/bin/cage"  # a compositor with one window: Debian's Chromium draws on no bare screen
# Debian's wrapper reads /etc/chromium.d and sets what a desktop wants; what is right for a kiosk
# stands here and in policy.py.
ALWAYS = (
    "--kiosk",
    "--incognito",
    "--no-first-run",
    "--no-default-browser-check",
    "--noerrdialogs",
    "--disable-breakpad",
    "--disable-background-networking",
    "--disable-component-update",
    "--password-store=basic",
    "--autoplay-policy=no-user-gesture-required",
)
ON_THE_SCREEN = ("--ozone-platform=wayland", "--touch-events=enabled")


@dataclass(frozen=True)
class Browser:
    """`profile` is a folder in RAM of the browser's own; `front` and `extra` are for machines
    without a screen."""

    profile: Path
    front: tuple[str, ...] = (CAGE, "-d", "--")
    extra: tuple[str, ...] = ON_THE_SCREEN
    program: str = str(BROWSER)

    def command(self, url: str) -> list[str]:
        """Chromium's own sandbox stays on: there is no option here that weakens it."""
        own = (f"--user-data-dir={self.profile}", *ALWAYS, *self.extra)
        return [*self.front, self.program, *own, url]

    def environment(self, path: str) -> dict[str, str]:
        """Of the caller's environment nothing but PATH goes over."""
        home = str(self.profile)
        return {
            "PATH": path,
            "HOME": home,
            "XDG_RUNTIME_DIR": home,
            "XDG_CONFIG_HOME": home,
            "XDG_CACHE_HOME": home,
            "TMPDIR": home,
            "LIBSEAT_BACKEND": "noop",  # the screen is this user's by its groups; nobody shares it
        }

    def prepare(self) -> None:
        """An empty folder, whatever a meeting before left."""
        self.wipe()
        self.profile.mkdir(parents=True, mode=0o700)

    def wipe(self) -> None:
        """Raises OSError where something of it stays."""
        if self.profile.exists():
            shutil.rmtree(self.profile)
