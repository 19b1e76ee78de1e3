"""Sentences as sound, made once with the image: `python -m ui.prepare_voice OUT [RECORDED]`.

Every sentence of the screens' words that is said whole, without a sum or a name in it, in both
languages: what somebody recorded goes first, `RECORDED/<language>/<key>.wav` or `.ogg` (Opus), with
the words that were read in `<key>.txt` beside it; the rest is espeak-ng's, as Ogg Opus. Ends with 1
where a recording is of other words than the screen's, for then it would never be played.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec

from firmware.contract.reading import Language
from ui.aloud import Aloud
from ui.gallery import HELPLINE, scenes
from ui.languages import languages, voice_of
from ui.prompts import END_OF_SENTENCE, INDEX
from ui.say import Say, sentences
from ui.voice import DECODER, SPEAKER, WORDS_A_MINUTE

ENCODER = "opusenc"
BITRATE = "24"  # kbit/s: a voice, not music
SOUNDS = (".wav", ".ogg")


def spoken_keys(language: Language) -> dict[str, str]:
    """The words of each key that some screen says whole, as they are said."""
    say, aloud = Say(language, HELPLINE), Aloud(HELPLINE)
    said = " ".join(aloud(scene.spoken_text, language) for scene in scenes(language).values())
    words = {key: aloud(sentences(say(key)), language) for key in sorted(say.plain)}
    known = set(END_OF_SENTENCE.split(said))
    return {
        key: text for key, text in words.items() if set(END_OF_SENTENCE.split(text)) <= known
    }  # fmt: skip


def recording(folder: Path | None, key: str, words: str) -> Path | None:
    """What somebody read, if it is these words; raises ValueError if it is others."""
    found = [folder / f"{key}{kind}" for kind in SOUNDS] if folder is not None else []
    sound = next((path for path in found if path.exists()), None)
    if sound is None:
        return None
    read = sound.with_suffix(".txt")
    said = sentences(read.read_text(encoding="utf-8")) if read.exists() else ""
    if said != words:
        raise ValueError(f"{sound}: expected a recording of {words!r}, got one of {said!r}")
    return sound


def speak(words: str, language: Language, path: Path) -> None:
    """By espeak-ng, into Ogg Opus."""
    with tempfile.NamedTemporaryFile(suffix=".wav") as wave:
        voice = [SPEAKER, "-v", voice_of(language), "-s", str(WORDS_A_MINUTE), "-w", wave.name]
        subprocess.run([*voice, "--stdin"], input=words.encode(), check=True)
        # No serial number by chance: the same words are the same bytes, and so is the image.
        still = ["--quiet", "--serial", "1", "--bitrate", BITRATE]
        subprocess.run([ENCODER, *still, wave.name, str(path)], check=True)


def prepare(out: Path, recorded: Path | None, language: Language) -> list[str]:
    """Write the sounds of one language and their index; what is wrong with the recordings."""
    folder, faults = out / language, []
    folder.mkdir(parents=True, exist_ok=True)
    index: dict[str, str] = {}
    for key, words in spoken_keys(language).items():
        try:
            sound = recording(None if recorded is None else recorded / language, key, words)
        except ValueError as error:
            faults.append(str(error))
            continue
        name = f"{key}{'.ogg' if sound is None else sound.suffix}"
        if sound is None:
            speak(words, language, folder / name)
        else:
            shutil.copyfile(sound, folder / name)
        index[words] = name
    (folder / INDEX).write_bytes(msgspec.json.format(msgspec.json.encode(index)))
    return faults


def main() -> int:
    if len(sys.argv) not in (2, 3):
        sys.stderr.write(f"{__doc__}\n")
        return 2
    if missing := [name for name in (SPEAKER, ENCODER, DECODER) if shutil.which(name) is None]:
        sys.stderr.write(f"expected {', '.join(missing)}: apt install espeak-ng opus-tools\n")
        return 2
    recorded = Path(sys.argv[2]) if len(sys.argv) == 3 else None
    faults = [
        fault
        for language in languages()
        for fault in prepare(Path(sys.argv[1]), recorded, language)
    ]  # fmt: skip
    sys.stderr.writelines(f"{fault}\n" for fault in faults)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
