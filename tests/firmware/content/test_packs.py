"""What comes on a stick: read in a straight line, proven before it is understood."""

from __future__ import annotations

import io
import struct
import tarfile
import zlib
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from firmware.content import pictures
from firmware.content.pack import read_pack, sealed
from firmware.content.signed import listed, sign
from firmware.content.tape import LARGEST, MOST_FILES, PackRefused, files, written
from tests.firmware.content import district
from tests.firmware.content.district import KEY, SEED


def refused(content: bytes, key: bytes = KEY) -> str:
    with pytest.raises(PackRefused) as why:
        read_pack(content, key)
    return str(why.value)


def signed(contents: dict[str, bytes]) -> bytes:
    sums = listed(contents)
    head = {"sums": sums, "signature": sign(SEED, sums).encode()}
    return written({**head, **contents})


def of_folder(folder: Path) -> dict[str, bytes]:
    names = ("content.toml", "banner.jpg", "logo.png")
    return {name: (folder / name).read_bytes() for name in names}


def test_a_pack_of_the_district_is_read(tmp_path: Path) -> None:
    pack = read_pack(district.pack(tmp_path, 7), KEY)
    assert pack.manifest.version == 7
    assert pack.manifest.slogan is not None and pack.manifest.slogan.hi == district.SLOGAN
    assert set(pack.pictures) == {"logo", "banner"}
    for content in pack.pictures.values():
        with Image.open(io.BytesIO(content)) as drawn:
            assert (drawn.format, drawn.size, drawn.info) == ("PNG", (64, 48), {})


def test_several_banners_stand_in_their_order_behind_the_first(tmp_path: Path) -> None:
    folder = district.folder(tmp_path, 7)
    with (folder / "content.toml").open("a", encoding="utf-8") as manifest:
        manifest.write('banner-4 = "well.jpg"\nbanner-2 = "school.jpg"\nbanner-3 = "school.jpg"\n')
    for name in ("well.jpg", "school.jpg"):
        (folder / name).write_bytes(district.picture("JPEG", (2000, 1000)))
    pack = read_pack(sealed(folder, SEED), KEY)
    shown = pack.manifest.shown()
    assert (shown.logo, shown.banner) == ("7/logo.png", "7/banner.png")
    assert shown.banners == ["7/banner-2.png", "7/banner-3.png", "7/banner-4.png"]
    with Image.open(io.BytesIO(pack.pictures["banner-2"])) as image:
        assert image.size == (960, 480), "no larger than it is ever shown"


def test_a_second_banner_without_a_first(tmp_path: Path) -> None:
    folder = district.folder(tmp_path)
    text = (folder / "content.toml").read_text().replace("banner =", "banner-3 =")
    (folder / "content.toml").write_text(text)
    with pytest.raises(PackRefused, match="expected `banner` beside banner-3"):
        sealed(folder, SEED)


def test_the_same_folder_gives_the_same_pack(tmp_path: Path) -> None:
    assert district.pack(tmp_path / "a") == district.pack(tmp_path / "b")


def test_gnu_tar_reads_what_we_write(tmp_path: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(district.pack(tmp_path)), mode="r:") as tape:
        assert tape.getnames()[:3] == ["sums", "signature", "content.toml"]


def test_another_district_and_a_kiosk_without_a_key(tmp_path: Path) -> None:
    pack = district.pack(tmp_path)
    assert "not the district's" in refused(pack, bytes(32))
    assert "no key" in refused(pack, b"")


def test_one_bit_of_a_picture_was_changed_on_the_way(tmp_path: Path) -> None:
    pack = bytearray(district.pack(tmp_path))
    at = pack.rindex(b"IDAT") + 8
    pack[at] ^= 1
    assert "logo.png is not the file that was signed" in refused(bytes(pack))


def test_a_picture_was_put_in_or_left_out(tmp_path: Path) -> None:
    contents = of_folder(district.folder(tmp_path))
    pack = signed(contents)
    more = dict(files(pack)) | {"other.png": district.picture()}
    assert "other.png was not signed" in refused(written(more))
    less = {name: content for name, content in files(pack) if name != "logo.png"}
    assert "expected logo.png" in refused(written(less))
    unnamed = signed({**contents, "other.png": district.picture()})
    assert "do not agree on other.png" in refused(unnamed)


def test_nothing_is_understood_before_the_signature(tmp_path: Path) -> None:
    """A manifest that would break the reader of TOML is never given to it."""
    contents = of_folder(district.folder(tmp_path)) | {"content.toml": b"[" * 100_000}
    pack = signed(contents)
    assert "not the district's" in refused(pack, bytes(32))
    assert "content.toml" in refused(pack)


def test_the_signature_of_another_pack(tmp_path: Path) -> None:
    one, two = (dict(files(district.pack(tmp_path, version))) for version in (1, 2))
    assert "not of this pack" in refused(written({**two, "signature": one["signature"]}))


def test_files_in_another_order(tmp_path: Path) -> None:
    contents = dict(files(district.pack(tmp_path)))
    turned = {"content.toml": contents["content.toml"], **contents}
    assert "expected sums here, got content.toml" in refused(written(turned))


@pytest.mark.parametrize(
    ("kind", "name"),
    [(tarfile.SYMTYPE, "sums"), (tarfile.LNKTYPE, "sums"), (tarfile.DIRTYPE, "sums"),
     (tarfile.CHRTYPE, "sums"), (tarfile.FIFOTYPE, "sums"), (tarfile.REGTYPE, "../sums"),
     (tarfile.REGTYPE, "/etc/passwd"), (tarfile.REGTYPE, "a" * 99)],
)  # fmt: skip
def test_a_tar_that_wants_more_than_files(kind: bytes, name: str) -> None:
    out = io.BytesIO()
    about = tarfile.TarInfo(name)
    about.type, about.linkname = kind, "/etc/shadow"
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tape:
        tape.addfile(about, io.BytesIO())
    assert "expected a plain file without a folder" in refused(out.getvalue())


def test_too_large_too_many_cut_off_and_no_tar_at_all(tmp_path: Path) -> None:
    pack = district.pack(tmp_path)
    assert "at most" in refused(bytes(LARGEST + 1))
    assert "the file ends" in refused(pack[: pack.rindex(b"IDAT")])
    assert "format ustar" in refused(b"PK\x03\x04" + bytes(600))
    assert "signature, sums, which the file does not hold" in refused(b"")
    with pytest.raises(PackRefused, match=f"at most {MOST_FILES} files"):
        list(files(written({f"f{number}": b"" for number in range(MOST_FILES + 1)})))
    broken = bytearray(pack)
    broken[0] ^= 1
    assert "checksum" in refused(bytes(broken))


# --- pictures ----------------------------------------------------------------------------------


def png_that_says(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header promises that many pixels (PNG, 11.2.2)."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"")), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (png_that_says(3001, 3000), "got 3001 x 3000"),
        (png_that_says(6001, 2), "got 6001 x 2"),
        (png_that_says(60_000, 60_000), "banner"),
        (png_that_says(300, 300), "damaged"),
        (district.picture()[:60], "damaged"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "expected a picture in PNG"),
        (district.picture("BMP"), "expected a picture in PNG"),
        (district.picture("TIFF"), "expected a picture in PNG"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "expected a picture in PNG"),
        (bytes(pictures.LARGEST_FILE + 1), "at most"),
    ],
)
def test_a_picture_that_would_fill_the_memory_or_is_none(
    content: bytes, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("PIL.ImageFile.LOAD_TRUNCATED_IMAGES", True)  # as a library did
    with pytest.raises(PackRefused, match=why):
        pictures.drawn("banner", content)


def test_a_moving_picture(tmp_path: Path) -> None:
    out = io.BytesIO()
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    frames[0].save(out, "PNG", save_all=True, append_images=frames[1:])
    with pytest.raises(PackRefused, match="a moving one"):
        pictures.drawn("logo", out.getvalue())


def test_where_a_photograph_was_taken_does_not_reach_the_kiosk() -> None:
    said = PngInfo()
    said.add_text("GPS", "26.0N 75.8E")
    drawn = pictures.drawn("logo", district.picture("PNG", (900, 300), pnginfo=said))
    assert b"26.0N" not in drawn
    with Image.open(io.BytesIO(drawn)) as image:
        assert image.size == (480, 160), "no larger than its place, in its own shape"


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_every_format_that_is_promised(form: str) -> None:
    with Image.open(io.BytesIO(pictures.drawn("banner", district.picture(form)))) as image:
        assert image.format == "PNG"


def test_the_district_cannot_sign_what_no_kiosk_reads(tmp_path: Path) -> None:
    folder = district.folder(tmp_path, first="2026-12-31", last="2026-01-01")
    with pytest.raises(PackRefused, match="valid_until 2026-01-01 is before"):
        sealed(folder, SEED)
    text = (folder / "content.toml").read_text().replace("[slogan]", "[slogn]")
    (folder / "content.toml").write_text(text)
    with pytest.raises(PackRefused, match="did you mean `slogan`"):
        sealed(folder, SEED)
