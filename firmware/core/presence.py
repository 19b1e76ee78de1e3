"""Who walks away: where the panel has a sensor, it hurries a patience that nobody needs any more.

Nothing is taken from anybody: with money inside, or a proof that stands only on the screen, a visit
waits as long as it would without a sensor; and who is back within the warning finds all as it was.
"""

from __future__ import annotations

from firmware.core.floor import Floor
from firmware.core.patience import WITHOUT_WARNING, Patience
from firmware.core.visit import Stage, Visit

AWAY_AFTER = 4.0  # seconds: who bends down for his bag is not gone


def follow_presence(visit: Visit, floor: Floor, patience: Patience, now: float) -> None:
    """Note who comes and goes, and let the patience run out where nobody is left.

    A sensor that never saw this citizen (a cut wire, one that looks elsewhere) is not believed.
    """
    if floor.somebody_is_near or visit.stage is Stage.ATTRACT:
        if visit.away_from is not None and visit.has_gone:
            visit.patience_from = now  # he is back
        visit.was_near, visit.away_from, visit.has_gone = floor.somebody_is_near, None, False
    elif floor.nobody_is_near and visit.was_near:
        visit.away_from = now if visit.away_from is None else visit.away_from
        if now - visit.away_from >= AWAY_AFTER and not visit.has_gone and _leaves_nothing(visit):
            visit.has_gone = True
            _hurry(visit, patience, now)


def _leaves_nothing(visit: Visit) -> bool:
    """Whether there is nothing here that he would come back for."""
    order = visit.order
    if order is None:
        return visit.proof != "screen"
    if visit.stage in (Stage.DONE, Stage.TROUBLE):
        return not order.shown
    return not (order.inserted or order.in_doubt) and visit.stage is not Stage.UPI


def _hurry(visit: Visit, patience: Patience, now: float) -> None:
    """To the warning, which hides what is under it; a last screen goes at once."""
    usual = patience.of(visit)
    if usual is not None:
        left = 0.0 if visit.stage in WITHOUT_WARNING else patience.warning
        visit.patience_from = min(visit.patience_from, now - usual + left)
