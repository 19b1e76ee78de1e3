"""What is sent is what is printed, whatever the dots are and whatever the printer's buffer."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from drivers.escpos.bands import BAND_BYTES, bands, without_real_time_commands
from drivers.escpos.codec import BAND_ROWS
from drivers.escpos.events import PrintJob
from drivers.escpos.job import IN_FLIGHT_LIMIT, Job
from drivers.escpos.stream import RasterStart, RealTimeFilter, Simple, take_command

WIDE = 72  # bytes: 576 dots
rows_of_dots = st.lists(
    st.one_of(
        st.just(bytes(WIDE)),
        st.binary(min_size=WIDE, max_size=WIDE),
        st.sampled_from([b"\x10\x04\x01", b"\x10\x05\x02", b"\x10\x14\x08"]).map(
            lambda command: (command * WIDE)[:WIDE]
        ),
    ),
    max_size=300,
)


def printed(stream: bytes) -> bytes:
    """The rows that a printer makes of `stream`, which holds rasters and feeds only."""
    real_time, rest = RealTimeFilter().feed(stream + b"\n")
    assert not real_time, "dots were taken for a command"
    buffer, dots = bytearray(rest), bytearray()
    while isinstance(command := take_command(buffer), RasterStart | Simple):
        if isinstance(command, Simple):
            dots += bytes(WIDE * command.parameters[0])
            continue
        for _ in range(command.rows):
            dots += bytes(buffer[: command.row_bytes]).ljust(WIDE, b"\0")
            del buffer[: command.row_bytes]
    return bytes(dots)


@given(rows_of_dots)
def test_every_dot_arrives_and_no_dot_is_a_command(rows: list[bytes]) -> None:
    dots = b"".join(rows)
    safe = b"".join(without_real_time_commands(row) for row in rows)
    arrived = printed(b"".join(bands(dots, WIDE)))
    assert len(arrived) == len(dots)
    added = [place for place in range(len(dots)) if arrived[place] != safe[place]]
    # between two rows of one band the end of one meets the beginning of the next
    assert all(place % WIDE == 0 and arrived[place] == safe[place] | 2 for place in added)


def test_blank_rows_and_blank_edges_are_not_sent() -> None:
    picture = bytes(WIDE * 400) + (b"\xff" + bytes(WIDE - 1)) * 8
    assert b"".join(bands(picture, WIDE)) == bytes.fromhex(
        "1b 4a ff 1b 4a 91 1d 76 30 00 01 00 08 00" + "ff" * 8
    )


def test_no_band_is_larger_than_a_small_buffer_can_hold() -> None:
    sizes = [len(band) for band in bands(b"\xaa" * WIDE * 1000, WIDE)]
    assert max(sizes) <= BAND_BYTES + 8
    narrow = list(bands((b"\x01" + bytes(WIDE - 1)) * 600, WIDE))
    assert [int.from_bytes(band[6:8], "little") for band in narrow] == [BAND_ROWS, BAND_ROWS, 88]


def test_no_more_is_on_the_wire_than_the_smallest_buffer_holds() -> None:
    job = Job.of(PrintJob("a", b"\xaa" * WIDE * 1000, WIDE), first_id=0, cuts_before=True)
    confirmed, sent = 0, job.take()
    while not job.is_done:
        assert 0 < job.bytes_in_flight <= IN_FLIGHT_LIMIT
        assert job.confirm(b"%04X" % confirmed)
        confirmed += 1
        sent += job.take()
    assert sent.endswith(
        b"\x1d\x56\x42\x18\x1d\x28\x48\x06\x00\x30\x30" + b"%04X" % (confirmed - 1)
    )


def test_a_lost_piece_is_seen_by_the_answer_to_the_next() -> None:
    job = Job.of(PrintJob("a", b"\xaa" * WIDE * 100, WIDE), first_id=0, cuts_before=False)
    job.take()
    assert job.is_late(b"0001")
    assert not job.confirm(b"0001")
    assert job.confirm(b"0000")
