"""What the image is built of: locked, whole, and without a way round."""

from __future__ import annotations

import configparser
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.image.unit_files import ROOT, programs

BUILD = ROOT / "image-build"
CI = ROOT / ".ci"
ROW = re.compile(r"^([a-z0-9-]+)==(\S+) --hash=sha256:[0-9a-f]{64}$")
SCRIPTS = ("board/files", "bundle", "debian", "differences", "disk", "hashes", "image", "initramfs",
           "kernel", "keys", "lock-wheels", "root", "twice", "wheels-of")  # fmt: skip


@pytest.mark.parametrize("arch", ["amd64", "arm64"])
def test_every_wheel_of_the_image_is_the_one_the_tests_ran_with(arch: str) -> None:
    """A changed requirement without a new lock would be a kiosk that nobody tested."""
    text = (BUILD / "lock" / f"wheels-{arch}.txt").read_text(encoding="utf-8")
    locked = {found[1]: found[2] for line in text.splitlines() if (found := ROW.match(line))}
    wanted = (ROOT / "requirements/runtime.txt").read_text(encoding="utf-8")
    pins = dict(line.split("==") for line in wanted.splitlines() if "==" in line)
    assert {name: locked.get(name) for name in pins} == pins
    assert len(locked) == len([line for line in text.splitlines() if "==" in line])


def test_every_program_gets_a_script_of_the_images_own_python(tmp_path: Path) -> None:
    writer = [sys.executable, *map(str, (BUILD / "entry_points.py", ROOT / "setup.cfg", tmp_path))]
    subprocess.run(writer, check=True, timeout=30)
    assert {path.name for path in tmp_path.iterdir()} == programs() - {"kiosk-collector"}
    core = (tmp_path / "kiosk-core").read_text(encoding="utf-8")
    assert core.startswith("#!/usr/lib/kiosk/bin/python -I\n")
    assert "from firmware.core.__main__ import main" in core


def test_words_and_fonts_are_packed_from_every_folder() -> None:
    """A screen without its words dies at its start: folders below a package were left out once."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    packed = parser["options.package_data"]["*"].replace(",", " ").split()
    endings = {pattern.removeprefix("**/*") for pattern in packed if pattern.startswith("**/")}
    folders = (ROOT / name for name in ("firmware", "drivers", "ui"))
    found = {
        path.suffix
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix not in NO_DATA
    }
    assert found <= endings, "[options.package_data] of setup.cfg"


NO_DATA = {".py", ".pyc", ".svg", ".typed", ""}  # code, and drawings that icons are made of


def test_the_bill_of_materials_names_every_package_and_every_wheel(tmp_path: Path) -> None:
    lock, out = BUILD / "lock", tmp_path / "sbom.json"
    lists = (lock / "packages-amd64.txt", lock / "wheels-amd64.txt")
    writer = [sys.executable, str(BUILD / "sbom.py"), *map(str, lists), str(out)]
    subprocess.run(writer, check=True, timeout=30)
    bill = json.loads(out.read_text(encoding="utf-8"))
    purls = {component["purl"].split("@")[0] for component in bill["components"]}
    assert {"pkg:deb/debian/systemd", "pkg:pypi/msgspec"} <= purls
    assert any(purl.startswith("pkg:deb/debian/linux-image-") for purl in purls)
    rows = [line for path in lists for line in path.read_text().splitlines() if line[0] != "#"]
    assert len(bill["components"]) == len(rows)


@pytest.mark.parametrize("path", [BUILD / name for name in SCRIPTS] + [CI / "run", CI / "system"])
def test_bash_reads_every_script(path: Path) -> None:
    subprocess.run(["bash", "-n", path], check=True, timeout=30)


def test_without_a_package_mirror_the_units_are_not_tested_and_it_is_said(tmp_path: Path) -> None:
    """A clean clone behind a firewall is no broken kiosk."""
    for name in ("image-build", ".ci"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for name in ("apt-get", "mmdebstrap"):
        (tmp_path / "bin").mkdir(exist_ok=True)
        (tmp_path / "bin" / name).write_text("#!/bin/sh\necho no route to the mirror\nexit 100\n")
        (tmp_path / "bin" / name).chmod(0o755)
    path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
    done = subprocess.run(
        [tmp_path / ".ci" / "system"], env=os.environ | {"PATH": path}, capture_output=True,
        text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done
    assert "SKIPPED make test-system: " in done.stdout


def test_the_first_process_is_read_by_a_plain_shell() -> None:
    subprocess.run(["sh", "-n", BUILD / "init"], check=True, timeout=30)


needs_verity = pytest.mark.skipif(
    shutil.which("veritysetup") is None, reason="no veritysetup: apt-get install cryptsetup-bin"
)


@needs_verity
@pytest.mark.parametrize("place", [0, 4096 * 9 + 17, 4096 * 31])
def test_one_changed_bit_of_the_root_is_found(tmp_path: Path, place: int) -> None:
    """By the command that `disk` makes the proof with, and the kernel checks each block by."""
    image = tmp_path / "root.img"
    image.write_bytes(bytes(range(256)) * 16 * 32)  # 32 blocks
    size = str(image.stat().st_size)
    made = _verity("format", f"--hash-offset={size}", str(image), str(image))
    found = re.search(r"^Root hash:\s*(\w+)", made.stdout, re.MULTILINE)
    assert found
    check = ("verify", f"--hash-offset={size}", str(image), str(image), found[1])
    assert _verity(*check).returncode == 0
    content = bytearray(image.read_bytes())
    content[place] ^= 1
    image.write_bytes(content)
    assert _verity(*check).returncode != 0


def _verity(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["veritysetup", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_what_two_builds_differ_in_is_named_to_the_file(tmp_path: Path) -> None:
    """A difference that nobody can find is one that nobody takes out."""
    for name in ("one", "other"):
        (tmp_path / name / "root/etc").mkdir(parents=True)
        (tmp_path / name / "root/etc/shadow").write_text("root:*:20000:")
        for image in IMAGES:
            (tmp_path / name / image).write_text("same")
    assert _differences(tmp_path) == (0, "")
    (tmp_path / "other/root/etc/shadow").write_text("root:*:20001:")
    (tmp_path / "other/root/etc").chmod(0o700)
    (tmp_path / "other/root.img").write_text("not the same")
    status, said = _differences(tmp_path)
    assert status == 1
    assert "differs: root.img" in said and "differs: kiosk.img" not in said
    assert "./etc/shadow" in said and "> etc drwx------" in said


IMAGES = ("debian.tar", "packages.txt", "root.img", "boot-a.img", "boot-b.img", "kiosk.img")


def _differences(folder: Path) -> tuple[int, str]:
    comparing = [BUILD / "differences", folder / "one", folder / "other"]
    done = subprocess.run(comparing, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout + done.stderr
