"""What lies ready as sound: which sentences, whose voice, and that it is no silence."""

from __future__ import annotations

import array
import io
import shutil
import subprocess
import wave
from pathlib import Path

import pytest

from firmware.contract.reading import HINDI
from ui import prepare_voice
from ui.languages import languages
from ui.prepare_voice import ENCODER, prepare, recording, speak, spoken_keys
from ui.prompts import Prompts
from ui.voice import DECODER

needs_programs = pytest.mark.skipif(
    any(shutil.which(name) is None for name in ("espeak-ng", ENCODER, DECODER)),
    reason="no espeak-ng or opus-tools here",
)
NAMASTE = {"attract.greeting": "नमस्ते."}


def test_what_is_said_whole_is_prepared_and_what_has_a_sum_in_it_is_not() -> None:
    for language in languages():
        keys = spoken_keys(language)
        assert {"attract.greeting", "bill.question", "warning.question"} <= keys.keys()
        assert "cash.due" not in keys, "a sum is in it"
        assert "month.1" not in keys, "no screen says it alone"


def recorded(folder: Path, key: str, words: str) -> Path:
    folder.mkdir(parents=True)
    (folder / f"{key}.wav").write_bytes(b"a voice")
    (folder / f"{key}.txt").write_text(words, encoding="utf-8")
    return folder


def test_a_recording_of_words_that_were_changed_since_is_named(tmp_path: Path) -> None:
    folder = recorded(tmp_path / "hi", "attract.greeting", "राम राम")
    with pytest.raises(ValueError, match=r"of 'नमस्ते\.', got one of 'राम राम\.'"):
        recording(folder, "attract.greeting", "नमस्ते.")
    assert recording(folder, "bill.question", "क्या यह बिल आपका है?") is None


def test_what_somebody_recorded_goes_before_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepare_voice, "spoken_keys", lambda language: NAMASTE)
    recorded(tmp_path / "recorded/hi", "attract.greeting", "नमस्ते")
    assert prepare(tmp_path / "out", tmp_path / "recorded", HINDI) == []
    found = Prompts(tmp_path / "out").parts("नमस्ते. बिल भरें।", HINDI)
    assert found == [tmp_path / "out/hi/attract.greeting.wav", "बिल भरें।"]


@needs_programs
def test_a_prepared_sentence_is_sound_and_the_same_bytes_each_time(tmp_path: Path) -> None:
    one, other = tmp_path / "one.ogg", tmp_path / "other.ogg"
    for path in (one, other):
        speak("नमस्ते.", HINDI, path)
    assert one.read_bytes() == other.read_bytes()
    command = [DECODER, "--quiet", "--force-wav", str(one), "-"]
    sound = subprocess.run(command, capture_output=True, check=True).stdout
    with wave.open(io.BytesIO(sound)) as file:
        samples = array.array("h", file.readframes(10 * file.getframerate()))
    assert len(samples) > 5000 and max(map(abs, samples)) > 3000
