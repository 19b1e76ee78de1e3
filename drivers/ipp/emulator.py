"""The page printer's side of the wire: HTTP, the service, the mechanism, and hands."""

from __future__ import annotations

import hashlib
import io
import random
from collections import deque
from pathlib import Path
from typing import Any

import pypdfium2

from drivers.base.emulator import Emulator
from drivers.base.pdf import MM_PER_INCH, POINTS
from drivers.base.protocol import NEVER
from drivers.ipp.abilities import TRAY_HOLDS, Profile
from drivers.ipp.http import HttpError, Server
from drivers.ipp.mechanics import HeldJob, Mechanism
from drivers.ipp.raster import pages_in
from drivers.ipp.service import Service
from drivers.ipp.words import A4_MEDIA, CARD_MEDIA, PDF, PWG_RASTER
from firmware.runtime.bench import BenchRefused

SHOWN_AT = 1.5  # pixels a point in the pictures of `out_folder`: 108 dpi


class PagePrinterEmulator(Emulator):
    """One laser printer. `sheets` and `toner` (percent) are in it at the start.

    `cards`: a card printer instead, whose sheets are CR80 cards, and its toner a ribbon.
    `takes_pdf` false: PWG raster only. `counts` false: no counter that survives its power. `keeps`:
    connections stay open for another request. With `out_folder`, every page of a PDF that comes out
    is left there as `page-0001.png`.
    """

    is_network = True

    def __init__(
        self,
        speed: float = 1.0,
        sheets: int = TRAY_HOLDS,
        output_holds: int = 150,
        toner: int = 80,
        serial: str = "BENCH0001",
        takes_pdf: bool = True,
        is_duplex: bool = True,
        counts: bool = True,
        keeps: bool = True,
        cards: bool = False,
        out_folder: str = "",
        seed: int = 1,
    ) -> None:
        super().__init__(speed)
        formats = (PDF, PWG_RASTER) if takes_pdf else (PWG_RASTER,)
        media, supply = (CARD_MEDIA, "inkRibbon") if cards else (A4_MEDIA, "toner")
        profile = Profile(
            serial=serial,
            formats=formats,
            media=media,
            is_duplex=is_duplex,
            counts=counts,
            supply=supply,
        )
        self.mechanism = Mechanism(speed, sheets, output_holds, toner)
        self._service = Service(self.mechanism, profile, read_pages)
        self._service.on_document = self._keep_for_pictures
        self._keeps, self._out_folder = keeps, Path(out_folder) if out_folder else None
        self._server = Server()
        self._answers: deque[tuple[float, bytes]] = deque()
        self._slow_by = 0.0
        self._noise = random.Random(seed)
        self._pictures = 0

    # --- the wire ----------------------------------------------------------------------------

    def connected(self, now: float) -> None:
        self._forget_connection()

    def disconnected(self, now: float) -> None:
        """The printer goes on with what it has."""
        self._forget_connection()

    def _forget_connection(self) -> None:
        self._server, self.is_over = Server(), False
        self._outgoing.clear()
        self._answers.clear()

    def receive_bytes(self, data: bytes, now: float) -> None:
        self.mechanism.work(now)
        if not self.mechanism.has_power or self.is_over:
            return
        try:
            for request in self._server.feed(data):
                body = None if request is None else self._service.answer(request, now)
                answer = self._server.answer(body, self._keeps)
                self._answers.append((now + self._slow_by, answer))
        except HttpError:
            self.is_over = True
        self._outgoing += self._server.go_ahead()
        self.tick(now)

    def tick(self, now: float) -> None:
        self.mechanism.work(now)
        while self._answers and self._answers[0][0] <= now:
            self._outgoing += self._answers.popleft()[1]
        if self._server.must_close and not self._answers:
            self.is_over = True

    def next_deadline(self) -> float:
        answer = self._answers[0][0] if self._answers else NEVER
        return min(answer, self.mechanism.next_deadline())

    # --- pictures ----------------------------------------------------------------------------

    def _keep_for_pictures(self, job: HeldJob, document: bytes) -> None:
        folder = self._out_folder
        if folder is None or job.kind != PDF:
            return

        def show(page: int) -> None:
            self._pictures += 1
            folder.mkdir(parents=True, exist_ok=True)
            with pypdfium2.PdfDocument(document) as pdf:
                picture = pdf[page].render(scale=SHOWN_AT).to_pil()
            picture.save(folder / f"page-{self._pictures:04d}.png")

        job.show = show

    # --- hands -------------------------------------------------------------------------------

    def hand_load_paper(self, now: float, sheets: int = TRAY_HOLDS) -> None:
        """So many are in the tray then."""
        self.mechanism.work(now)
        self.mechanism.tray = sheets
        self.mechanism.work(now)

    def hand_pull_paper(self, now: float) -> None:
        """The tray is empty; a sheet that moves comes out."""
        self.hand_load_paper(now, 0)

    def hand_take_output(self, now: float) -> None:
        if not self.mechanism.in_output:
            raise BenchRefused("nothing lies in the output")
        self.mechanism.in_output = 0
        self.mechanism.work(now)

    def hand_open_cover(self, now: float) -> None:
        self.mechanism.stop(now)
        self.mechanism.cover_is_open = True

    def hand_close_cover(self, now: float) -> None:
        self.mechanism.cover_is_open = False
        self.mechanism.work(now)

    def hand_jam(self, now: float, page: int = 0) -> None:
        """Now, or on this page of the next job that reaches it."""
        if page:
            self.mechanism.jams_at = page
        else:
            self.mechanism.stop(now)
            self.mechanism.is_jammed = True

    def hand_clear_jam(self, now: float) -> None:
        self.mechanism.is_jammed = False
        self.mechanism.work(now)

    def hand_toner(self, now: float, percent: int = 100) -> None:
        """A cartridge with so much in it."""
        self.mechanism.fill_toner(percent)
        self.mechanism.work(now)

    def hand_go_offline(self, now: float) -> None:
        """Somebody pressed the button; a sheet that moves comes out."""
        self.mechanism.work(now)
        self.mechanism.is_offline = True

    def hand_go_online(self, now: float) -> None:
        self.mechanism.is_offline = False
        self.mechanism.work(now)

    def hand_cancel(self, now: float) -> None:
        """The printer's own button ends the job that prints."""
        if (job := self.mechanism.active) is None:
            raise BenchRefused("nothing is being printed")
        self.mechanism.cancel(job, now)

    def hand_forget_jobs(self, now: float) -> None:
        """It keeps no list of what ended."""
        self.mechanism.jobs = [job for job in self.mechanism.jobs if job.is_active]

    def hand_slow(self, now: float, seconds: float = 3.0) -> None:
        """Every answer takes so long; 0 is quick again."""
        self._slow_by = seconds

    def hand_noise(self, now: float, count: int = 16) -> None:
        """Something that is no HTTP answers."""
        self._outgoing += self._noise.randbytes(count)

    def hand_power_cut(self, now: float) -> None:
        self.mechanism.power_cut(now)
        self._outgoing.clear()
        self._answers.clear()

    def hand_power_on(self, now: float) -> None:
        """It knows nothing of the connections of before, and says so."""
        if not self.mechanism.has_power:
            self.mechanism.power_on()
            self._slow_by, self.is_over = 0.0, True

    def hand_power_cycle(self, now: float) -> None:
        self.hand_power_cut(now)
        self.hand_power_on(now)

    def physics(self) -> dict[str, Any]:
        mechanism = self.mechanism
        return {
            "output": mechanism.output,
            "printed": mechanism.lifetime,
            "spoiled": mechanism.spoiled,
            "sheets": mechanism.tray,
            "toner": mechanism.toner,
            "jobs": [f"{job.number} {job.state.name.lower()}" for job in mechanism.jobs],
            "faults": mechanism.obstacles,
            "has_power": mechanism.has_power,
        }


def read_pages(document: bytes, kind: str) -> list[str]:
    """What can be read on each page, or its size in mm; of a raster, what it looks like.

    Raises ValueError.
    """
    if kind == PDF:
        try:
            with pypdfium2.PdfDocument(io.BytesIO(document)) as pdf:
                return [_read(page) for page in pdf]
        except pypdfium2.PdfiumError as error:
            raise ValueError(f"expected a PDF: {error}") from None
    return [hashlib.sha256(dots).hexdigest()[:12] for dots in pages_in(document)]


def _read(page: pypdfium2.PdfPage) -> str:
    across, along = (points / POINTS * MM_PER_INCH for points in page.get_size())
    found = page.get_textpage().get_text_bounded().strip()
    return found or f"a picture of {across:.0f} x {along:.0f}"
