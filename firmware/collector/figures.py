"""What a collector counts of itself, and the text that Prometheus reads.

Written by hand: the format is twenty lines, and the figures of the fleet come out of SQL as they
are. "Exposition formats", text format 0.0.4, Prometheus documentation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

Labels = Mapping[str, str]
UNREADABLE = "unreadable"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True)
class Metric:
    """One family: all its samples together, as the format wants it."""

    name: str
    kind: str  # counter or gauge
    help: str
    samples: list[tuple[Labels, float]] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        yield f"# HELP {self.name} {self.help}"
        yield f"# TYPE {self.name} {self.kind}"
        for labels, value in self.samples:
            inside = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels.items())
            yield f"{self.name}{{{inside}}} {value:.17g}" if inside else f"{self.name} {value:.17g}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def exposition(metrics: Iterable[Metric]) -> str:
    return "".join(line + "\n" for metric in metrics for line in metric.lines())


@dataclass
class Figures:
    """Since this collector started."""

    # By what: UpJournal, UpEvents ... What an alarm waits for stands here from the start: a counter
    # that begins with 1 has not increased.
    messages: dict[str, int] = field(default_factory=lambda: {UNREADABLE: 0})
    rows: int = 0
    events: int = 0
    batches: int = 0
    batch_seconds: float = 0.0
    retries: int = 0  # commits that failed and were tried again
    connections: int = 0  # to the broker
    waiting: int = 0  # messages that are not in the database yet
    acks_waiting: int = 0
    broker_is_up: bool = False
    database_is_up: bool = False

    def count(self, what: str, messages: int = 1) -> None:
        self.messages[what] = self.messages.get(what, 0) + messages

    def metrics(self) -> list[Metric]:
        p = "kiosk_collector_"
        by_kind: list[tuple[Labels, float]] = [
            ({"kind": kind}, count) for kind, count in sorted(self.messages.items())
        ]
        return [
            Metric(p + "messages_total", "counter", "Messages that were committed.", by_kind),
            _one(p + "rows_total", "counter", "Journal rows committed, repeats too.", self.rows),
            _one(p + "events_total", "counter", "Events committed, repeats too.", self.events),
            _one(p + "batches_total", "counter", "Transactions committed.", self.batches),
            _one(p + "batch_seconds_total", "counter", "Seconds in them.", self.batch_seconds),
            _one(p + "retries_total", "counter", "Commits tried again.", self.retries),
            _one(p + "connections_total", "counter", "Connections to the broker.",
                 self.connections),
            _one(p + "waiting", "gauge", "Messages not in the database yet.", self.waiting),
            _one(p + "acks_waiting", "gauge", "Acks that wait for the broker.", self.acks_waiting),
            _one(p + "broker_up", "gauge", "1 while connected.", self.broker_is_up),
            _one(p + "database_up", "gauge", "1 while connected.", self.database_is_up),
        ]  # fmt: skip


def _one(name: str, kind: str, text: str, value: float) -> Metric:
    return Metric(name, kind, text, [({}, value)])
