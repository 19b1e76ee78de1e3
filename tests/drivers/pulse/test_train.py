"""Edges into trains: widths, bounces, noise and a line that sticks; time is an argument."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.base.protocol import NEVER
from drivers.pulse.train import BOUNCE, Began, Event, Freed, Stuck, Train, TrainReader

WIDTH, GAP = 0.05, 0.05


def play(reader: TrainReader, edges: list[tuple[float, bool]], until: float) -> list[Event]:
    for at, is_active in edges:
        reader.edge(is_active, at)
    reader.tick(until)
    events = []
    while (event := reader.next_event()) is not None:
        events.append(event)
    return events


def train(
    pulses: int, at: float = 1.0, width: float = WIDTH, gap: float = GAP
) -> list[tuple[float, bool]]:
    edges = []
    for number in range(pulses):
        begin = at + number * (width + gap)
        edges += [(begin, True), (begin + width, False)]
    return edges


@pytest.mark.parametrize("pulses", [1, 2, 5, 10, 20, 50])
def test_a_train_is_counted_and_ends_with_the_quiet_after_it(pulses: int) -> None:
    reader = TrainReader(WIDTH, GAP)
    edges = train(pulses)
    ends = edges[-1][0] + reader.quiet
    assert play(reader, edges, ends - 0.001) == [Began(1.0)]
    assert reader.next_deadline() == pytest.approx(ends)
    assert play(reader, [], ends + 1e-9) == [Train(pulses, 1.0)]
    assert reader.next_deadline() == NEVER


@pytest.mark.parametrize(("width", "is_counted"), [(0.024, False), (0.026, True), (0.149, True)])
def test_widths_of_the_page(width: float, is_counted: bool) -> None:
    """Below half the width is noise, above three widths a line that sticks."""
    reader = TrainReader(WIDTH, GAP)
    found = play(reader, [(1.0, True), (1.0 + width, False)], 2.0)
    assert (Train(1, 1.0) in found) is is_counted
    assert reader.noise == (not is_counted)


def test_a_cut_wire_is_stuck_and_no_coin_and_free_again_when_mended() -> None:
    reader = TrainReader(WIDTH, GAP)
    edges = [*train(2), (1.5, True)]
    assert play(reader, edges, 9.0) == [Began(1.0), Train(2, 1.0), Stuck(0)]
    assert play(reader, [(10.0, False)], 11.0) == [Freed()]
    assert play(reader, train(1, at=12.0), 13.0) == [Began(12.0), Train(1, 12.0)]


def test_a_wire_cut_in_the_middle_of_a_train_says_how_far_it_came() -> None:
    reader = TrainReader(WIDTH, GAP)
    assert play(reader, train(5)[:-1], 9.0) == [Began(1.0), Stuck(4)]


def test_needles_at_any_place_change_no_count() -> None:
    for step in range(200):
        needle = 0.9 + step * 0.0061
        line = [at for at, _ in train(3)]
        edges, level = [], False
        for at in sorted([*line, needle, needle + BOUNCE * 0.7]):
            level = not level
            edges.append((at, level))
        counted = [e for e in play(TrainReader(WIDTH, GAP), edges, 9.0) if isinstance(e, Train)]
        assert [t.pulses for t in counted] == [3], needle


@given(
    st.lists(st.integers(1, 20), min_size=1, max_size=6),
    st.floats(0.6, 1.6),
    st.floats(0.6, 1.4),
)
def test_coins_one_after_the_other_are_told_apart(
    coins: list[int], width_is: float, gap_is: float
) -> None:
    """Whatever the tolerance of the device, within the bounds of the page."""
    reader, at, edges = TrainReader(WIDTH, GAP), 1.0, []
    for pulses in coins:
        edges += train(pulses, at, WIDTH * width_is, GAP * gap_is)
        at = edges[-1][0] + reader.quiet + 0.01
    found = [e.pulses for e in play(reader, edges, at) if isinstance(e, Train)]
    assert found == coins


@given(st.lists(st.tuples(st.floats(0.0, 0.4), st.booleans()), max_size=80))
def test_no_edges_at_all_can_upset_it(steps: list[tuple[float, bool]]) -> None:
    reader, at = TrainReader(WIDTH, GAP), 0.0
    for pause, is_active in steps:
        at += pause
        reader.edge(is_active, at)
        while reader.next_event() is not None:
            pass
    while (deadline := reader.next_deadline()) != NEVER:
        assert deadline > at or not reader.is_quiet
        reader.tick(deadline + 1e-9)
    assert reader.is_quiet or reader.next_deadline() == NEVER
