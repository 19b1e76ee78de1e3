"""What drivers share in their tests says as much as they do when it fails."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("tests.drivers.notes", "tests.drivers.note_stories")
