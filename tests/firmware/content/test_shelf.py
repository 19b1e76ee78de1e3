"""Packs on a kiosk: whole or not at all, the one before is kept, an old one does not come back."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from threading import Thread

import pytest

from firmware.content import shelf as shelf_module
from firmware.content.pack import Pack
from firmware.content.shelf import Shelf
from firmware.content.tape import PackRefused
from tests.firmware.content import district
from tests.firmware.content.district import pack

TODAY = date(2026, 11, 22)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return district.shelf(tmp_path / "state")


def version(shelf: Shelf, today: date = TODAY) -> int:
    manifest = shelf.look(today).manifest
    return 0 if manifest is None else manifest.version


def refused(shelf: Shelf, content: bytes) -> str:
    with pytest.raises(PackRefused) as why:
        shelf.install(content)
    return str(why.value)


def test_the_first_pack_and_a_newer_one(shelf: Shelf, tmp_path: Path) -> None:
    assert (version(shelf), shelf.look(TODAY).why) == (0, ""), "a new kiosk has nothing to say"
    shelf.install(pack(tmp_path, 1))
    shelf.install(pack(tmp_path, 2))
    shelf.install(pack(tmp_path, 3))
    assert version(shelf) == 3
    assert sorted(path.name for path in shelf.folder.iterdir() if path.is_dir()) == ["2", "3"]
    shown = shelf.manifest(3).shown()
    for file in (shown.logo, shown.banner):
        path = shelf.folder / file
        assert path.stat().st_mode & 0o777 == 0o644, "the screen reads it as another user"
        assert path.parent.stat().st_mode & 0o777 == 0o755


def test_an_old_pack_comes_back_only_by_rollback(shelf: Shelf, tmp_path: Path) -> None:
    shelf.install(pack(tmp_path, 4))
    shelf.install(pack(tmp_path, 5))
    assert "version 5 was here" in refused(shelf, pack(tmp_path, 4))
    assert shelf.rollback().version == version(shelf) == 4
    assert "version 5 was here" in refused(shelf, pack(tmp_path, 3)), "highest stays highest"
    shelf.install(pack(tmp_path, 5))
    assert version(shelf) == 5, "the very one that was rolled back may be taken again"


def test_another_pack_under_a_number_that_was_here(shelf: Shelf, tmp_path: Path) -> None:
    shelf.install(pack(tmp_path, 5))
    assert "version 5 was here" in refused(shelf, pack(tmp_path / "b", 5, last="2027-01-01"))
    shelf.install(pack(tmp_path, 5))
    assert shelf.index() == shelf_module.Index(5, 0, 5, shelf.index().sums), (
        "the same once more changes nothing"
    )


def test_a_bad_pack_leaves_the_old_one(shelf: Shelf, tmp_path: Path) -> None:
    shelf.install(pack(tmp_path, 1))
    before = sorted(shelf.folder.rglob("*"))
    whole = pack(tmp_path, 2)
    assert "ends" in refused(shelf, whole[: whole.rindex(b"IDAT")])
    assert version(shelf) == 1
    assert sorted(shelf.folder.rglob("*")) == before


def test_nothing_to_go_back_to(shelf: Shelf, tmp_path: Path) -> None:
    with pytest.raises(PackRefused, match="no pack was here before"):
        shelf.rollback()
    shelf.install(pack(tmp_path, 1))
    with pytest.raises(PackRefused, match="no pack was here before"):
        shelf.rollback()


def test_before_its_day_and_after_its_last(shelf: Shelf, tmp_path: Path) -> None:
    shelf.install(pack(tmp_path, 1, first="2026-11-23", last="2026-11-24"))
    assert shelf.look(date(2026, 11, 22)).why.endswith("valid from 2026-11-23, not before")
    assert version(shelf, date(2026, 11, 23)) == version(shelf, date(2026, 11, 24)) == 1
    assert shelf.look(date(2026, 11, 25)).why.endswith("was valid until 2026-11-24")


class MainsFail(Exception):
    """The power went at this call."""


@pytest.mark.parametrize("at", range(8))
def test_the_mains_fail_while_a_pack_is_laid_down(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    """At every write and sync: the pack of before is in force, and the next try works."""
    shelf.install(pack(tmp_path, 1))
    left = at

    def failing(call: object) -> object:
        def instead(*arguments: object) -> object:
            nonlocal left
            if left == 0:
                raise MainsFail
            left -= 1
            return call(*arguments)  # type: ignore[operator]

        return instead

    with monkeypatch.context() as patched, pytest.raises(MainsFail):
        for name in ("_write", "sync_folder", "write_durably"):
            patched.setattr(shelf_module, name, failing(getattr(shelf_module, name)))
        shelf.install(pack(tmp_path, 2))
    assert version(shelf) == 1
    shelf.install(pack(tmp_path, 2))
    assert version(shelf) == 2


def test_whoever_writes_there_cannot_speak_for_the_district(shelf: Shelf, tmp_path: Path) -> None:
    """The reader of pictures was broken into: core shows no word that is not signed."""
    shelf.install(pack(tmp_path, 1))
    path = shelf.folder / "1" / "content.toml"
    path.write_text(path.read_text().replace("हर गाँव", "मेरा गाँव"))
    assert "not the file that was signed" in shelf.look(TODAY).why
    assert version(shelf) == 0


def test_the_index_says_what_is_not_there(shelf: Shelf, tmp_path: Path) -> None:
    shelf.install(pack(tmp_path, 1))
    (shelf.folder / "1" / "banner.png").unlink()
    assert "with all of its pictures" in shelf.look(TODAY).why
    shelf.install(pack(tmp_path, 1))
    assert version(shelf) == 1, "installed once more it is whole"
    for name in ("index", "index.previous"):
        (shelf.folder / name).write_bytes(b"torn")
    assert "checksum" in shelf.look(TODAY).why
    shelf.install(pack(tmp_path, 1))
    assert version(shelf) == 1, "and the index can be made again"


def test_the_fleets_pack_comes_while_a_technician_installs_his(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """His index was written last, named a folder that the other had taken away, and took away that
    of the newer pack, which the fleet had been told is in force: the screen showed neither."""
    shelf.install(pack(tmp_path, 7))
    fleets = pack(tmp_path, 9)
    other = Thread(target=lambda: district.shelf(tmp_path / "state").install(fleets))
    lay_down = Shelf._lay_down

    def slowly(self: Shelf, laid: Pack) -> None:
        lay_down(self, laid)
        if laid.manifest.version == 8:
            other.start()
            other.join(0.3)  # time enough, if it did not wait

    monkeypatch.setattr(Shelf, "_lay_down", slowly)
    shelf.install(pack(tmp_path, 8))
    other.join()
    assert version(shelf) == 9, shelf.look(TODAY).why
