"""What is in an image, as CycloneDX 1.5 (JSON): Debian's packages and Python's wheels.

Usage: sbom.py PACKAGES.txt WHEELS.txt OUT.json. The two lists are what the build installed and what
pip was held to. Names are package URLs (purl-spec: `pkg:deb`, `pkg:pypi`).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path


def debian(rows: str) -> list[dict[str, object]]:
    """`name version machine sha256` a line, as `hashes` writes them."""
    found = (line.split() for line in rows.splitlines() if line)
    return [
        {"type": "library", "name": name, "version": version,
         "purl": f"pkg:deb/debian/{name}@{version}?arch={machine}&distro=trixie",
         "hashes": [{"alg": "SHA-256", "content": sha256}]}
        for name, version, machine, sha256 in found
    ]  # fmt: skip


def wheels(rows: str) -> list[dict[str, object]]:
    """`name==version --hash=sha256:HEX` a line."""
    return [_wheel(line) for line in rows.splitlines() if "==" in line]


def _wheel(line: str) -> dict[str, object]:
    pinned, hashed = line.split(" --hash=sha256:")
    name, version = pinned.split("==")
    return {
        "type": "library", "name": name, "version": version,
        "purl": f"pkg:pypi/{name}@{version}",
        "hashes": [{"alg": "SHA-256", "content": hashed.strip()}],
    }  # fmt: skip


def bill(components: list[dict[str, object]]) -> dict[str, object]:
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": {"type": "operating-system", "name": "kiosk-image"}},
        "components": components,
    }


def main() -> int:
    packages, locked, out = (Path(argument) for argument in sys.argv[1:4])
    components = debian(packages.read_text("utf-8")) + wheels(locked.read_text("utf-8"))
    out.write_text(json.dumps(bill(components), indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
