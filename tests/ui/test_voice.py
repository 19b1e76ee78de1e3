"""Speaking aloud: small programs in the place of espeak-ng, and espeak-ng itself where it is."""

from __future__ import annotations

import array
import asyncio
import shutil
import stat
import subprocess
import wave
from pathlib import Path

import msgspec
import pytest

from firmware.contract.reading import ENGLISH, HINDI
from ui.aloud import Aloud
from ui.loudness import LOUDNESSES, STEPS, Loudness
from ui.prompts import INDEX, Prompts
from ui.sound import Card, Sound, cards, is_plugged
from ui.voice import Programs, Voice

# Writes what it was asked to say, then speaks for ever, as a long sentence would.
SPEAKER = """#!/bin/sh
cat >> {log}
echo " [$2]" >> {log}
exec sleep 60
"""
# Says it at once, and on which card.
QUICK_SPEAKER = """#!/bin/sh
cat >> {log}
echo " on $ALSA_CARD" >> {log}
"""
PLAYER = """#!/bin/sh
echo "played $2" >> {log}
"""
MIXER = """#!/bin/sh
echo "$@" >> {log}
cat {answer}-$3 2>/dev/null
exit 0
"""
LOUDSPEAKER = " 0 [Headphones     ]: bcm2835_headpho - bcm2835 Headphones\n          bcm2835\n"
HEADSET = " 1 [Headset        ]: USB-Audio - Trust Headset\n                 at usb-3.1\n"
JACK = """numid=12,iface=CARD,name='Headphone Jack'
  ; type=BOOLEAN,access=r-------,values=1
  : values={state}
"""


def program(path: Path, text: str, **facts: object) -> str:
    path.write_text(text.format(**facts))
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "said"


@pytest.fixture
def listing(tmp_path: Path) -> Path:
    path = tmp_path / "cards"
    path.write_text(LOUDSPEAKER)
    return path


def plug(listing: Path, cards: str) -> None:
    listing.write_text(cards)


def voice_of(tmp_path: Path, log: Path, text: str, says_everything: bool = False) -> Voice:
    """With the small programs, on the cards of this test."""
    found = Programs(
        program(tmp_path / "speaker", text, log=log), program(tmp_path / "player", PLAYER, log=log)
    )
    mixer = program(tmp_path / "mixer", MIXER, log=tmp_path / "mixed", answer=tmp_path / "answer")
    sound = Sound(listing=tmp_path / "cards", mixer=mixer)
    return Voice(found, sound, Prompts(tmp_path / "voice"), Loudness(70), says_everything)


async def said(log: Path, text: str) -> None:
    """Until the speaker has begun; the test's own time limit ends a wait for nothing."""
    while text not in _read(log):  # noqa: ASYNC110 - another process writes the file
        await asyncio.sleep(0.01)


def _read(log: Path) -> str:
    return log.read_text() if log.exists() else ""


async def whole(voice: Voice) -> None:
    """Until all is said."""
    assert voice._speaking is not None
    await voice._speaking


async def test_a_new_screen_cuts_the_old_sentence_off(
    tmp_path: Path, log: Path, listing: Path
) -> None:
    voice = voice_of(tmp_path, log, SPEAKER)
    voice.say("नमस्ते", HINDI)
    await said(log, "नमस्ते [hi]")
    first = voice._speaking
    voice.say("Insert notes", ENGLISH)
    assert first is not None
    await asyncio.wait([first])
    assert first.cancelled()
    await said(log, "Insert notes [en-in]")
    last = voice._speaking
    voice.hush()
    assert last is not None
    await asyncio.wait([last])


async def test_a_kiosk_without_a_voice_is_silent(tmp_path: Path, log: Path, listing: Path) -> None:
    silent = Voice(Programs(None), Sound(listing=listing), Prompts(tmp_path), Loudness(70))
    silent.say("नमस्ते", HINDI)
    assert not silent.can_speak and silent._speaking is None and silent.step == 0


async def test_a_sound_card_that_is_pulled_out_ends_the_voice_and_not_the_screen(
    tmp_path: Path, log: Path, listing: Path
) -> None:
    voice = voice_of(tmp_path, log, QUICK_SPEAKER)
    plug(listing, "--- no soundcards ---\n")
    voice.say("नमस्ते", HINDI)
    assert voice._speaking is None


# --- who hears it ------------------------------------------------------------------------------


async def test_the_whole_queue_heard_whose_bill_it_was(
    tmp_path: Path, log: Path, listing: Path
) -> None:
    voice = voice_of(tmp_path, log, QUICK_SPEAKER)
    voice.say("Ramesh owes 470.", ENGLISH, "Is this your bill?")
    await whole(voice)
    assert _read(log) == "Is this your bill? on 0\n"
    plug(listing, LOUDSPEAKER + HEADSET)
    voice.say("Ramesh owes 470.", ENGLISH, "Is this your bill?")
    await whole(voice)
    assert _read(log).endswith("\nRamesh owes 470. on 1\n"), "in the headphones alone"


async def test_a_kiosk_in_a_booth_may_say_everything(
    tmp_path: Path, log: Path, listing: Path
) -> None:
    voice = voice_of(tmp_path, log, QUICK_SPEAKER, says_everything=True)
    voice.say("Ramesh owes 470.", ENGLISH, "Is this your bill?")
    await whole(voice)
    assert _read(log) == "Ramesh owes 470. on 0\n"


async def test_a_plug_in_the_jack_of_the_only_card_silences_the_loudspeaker(
    tmp_path: Path, log: Path, listing: Path
) -> None:
    plug(tmp_path / "answer-contents", JACK.format(state="on"))
    controls = "Simple mixer control 'Headphone',0\nSimple mixer control 'Speaker',0\n"
    plug(tmp_path / "answer-scontrols", controls)
    voice = voice_of(tmp_path, log, QUICK_SPEAKER)
    voice.say("Ramesh owes 470.", ENGLISH, "Is this your bill?")
    await whole(voice)
    assert _read(log) == "Ramesh owes 470. on 0\n"
    mixed = _read(tmp_path / "mixed")
    assert "-c 0 sset Speaker mute\n-c 0 sset Headphone unmute\n" in mixed
    assert "-c 0 -M sset Headphone 70% unmute\n" in mixed


async def test_the_next_visitor_was_shouted_at(tmp_path: Path, log: Path, listing: Path) -> None:
    """Each loudness is set once, on the card that speaks, and the default comes back."""
    (tmp_path / "answer-scontrols").write_text("Simple mixer control 'PCM',0\n")
    voice = voice_of(tmp_path, log, QUICK_SPEAKER)
    for change in (voice.loudness.louder, voice.loudness.louder, voice.loudness.reset):
        change()
        voice.say("नमस्ते", HINDI)
        await whole(voice)
    set_to = [line for line in _read(tmp_path / "mixed").splitlines() if "-M" in line]
    assert [line.split()[5] for line in set_to] == ["85%", "100%", "70%"]


def test_louder_after_the_loudest_is_the_softest() -> None:
    loudness = Loudness(70)
    steps = []
    for _ in STEPS:
        loudness.louder()
        steps.append(loudness.step)
    assert steps == [4, 5, 1, 2, 3]
    assert Loudness(10).step == 1 and Loudness(100).step == LOUDNESSES


def test_cards_as_the_kernel_lists_them() -> None:
    assert cards("--- no soundcards ---\n") == []
    assert cards(LOUDSPEAKER + HEADSET) == [Card(0, "Headphones"), Card(1, "Headset", True)]
    assert is_plugged(JACK.format(state="on")) and not is_plugged(JACK.format(state="off"))


async def test_a_loudspeaker_on_usb_is_no_headset(tmp_path: Path) -> None:
    listing = tmp_path / "cards"
    listing.write_text(HEADSET)
    sound = Sound(speaker="Headset", listing=listing, mixer="no-such-program")
    place = await sound.place()
    assert place is not None and not place.is_private


# --- what lies ready ---------------------------------------------------------------------------


def ready(folder: Path, **files: str) -> Prompts:
    """Words by the name of their file, in English."""
    (folder / "en").mkdir(parents=True)
    index = {words: f"{name}.wav" for name, words in files.items()}
    (folder / "en" / INDEX).write_bytes(msgspec.json.encode(index))
    return Prompts(folder)


def test_recorded_sentences_stand_around_a_sum_that_nobody_recorded(tmp_path: Path) -> None:
    prompts = ready(
        tmp_path, question="Is this your bill?", promise="Pay in notes. You get change."
    )
    folder = tmp_path / "en"
    text = "Is this your bill? In all 470 rupees. For May. Pay in notes. You get change."
    assert prompts.parts(text, ENGLISH) == [
        folder / "question.wav", "In all 470 rupees. For May.", folder / "promise.wav",
    ]  # fmt: skip
    assert prompts.parts("Pay in notes.", ENGLISH) == ["Pay in notes."], "not the half"
    assert prompts.parts(text, HINDI) == [text]


async def test_a_recording_is_played_and_the_rest_is_spoken(
    tmp_path: Path, log: Path, listing: Path
) -> None:
    ready(tmp_path / "voice", welcome="Welcome.")
    voice = voice_of(tmp_path, log, QUICK_SPEAKER)
    voice.say("Welcome. 470 rupees.", ENGLISH)
    await whole(voice)
    played, spoken = _read(log).splitlines()
    assert played == f"played {tmp_path}/voice/en/welcome.wav"
    assert spoken == "470 rupees. on 0"


# --- what is said for what is written ----------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "hindi", "english"),
    [
        ("₹\N{NO-BREAK SPACE}470", "470 रुपये", "470 rupees"),
        ("₹ 1", "1 रुपया", "1 rupee"),
        ("₹ 1,24,470.50", "124470 रुपये 50 पैसे", "124470 rupees 50 paise"),
        ("₹ 0.50", "50 पैसे", "50 paise"),
        ("₹ 0", "0 रुपये", "0 rupees"),
        ("2103 4400 1725", "2 1 0 3 4 4 0 0 1 7 2 5", "2 1 0 3 4 4 0 0 1 7 2 5"),
        ("TDR 0417 0001", "TDR 0 4 1 7 0 0 0 1", "TDR 0 4 1 7 0 0 0 1"),
        ("28 अक्टूबर 2026", "28 अक्टूबर 2026", "28 अक्टूबर 2026"),
        ("₹ 470 · TDR", "470 रुपये , TDR", "470 rupees , TDR"),
    ],
)  # fmt: skip
def test_a_sum_is_said_as_people_say_it(written: str, hindi: str, english: str) -> None:
    aloud = Aloud("181")
    assert aloud(written, HINDI) == hindi
    assert aloud(written, ENGLISH) == english


needs_espeak = pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="no espeak-ng here")


def phonemes(text: str) -> str:
    command = ["espeak-ng", "-v", "hi", "-q", "-x", text]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return "".join(each for each in said if each.isalpha())  # no stress, no pauses, no schwas


@needs_espeak
@pytest.mark.parametrize(
    ("sum_", "words"),
    [("₹ 470", "चार सौ सत्तर रुपये"), ("₹ 100", "एक सौ रुपये"), ("₹ 55", "पचपन रुपये")],
)
def test_espeak_itself_says_a_sum_in_words(sum_: str, words: str) -> None:
    assert phonemes(Aloud("181")(sum_, HINDI)) == phonemes(words)


@needs_espeak
@pytest.mark.parametrize("language", [("hi", "नमस्ते"), ("en-in", "Welcome")])
def test_espeak_makes_sound_and_no_silence(tmp_path: Path, language: tuple[str, str]) -> None:
    path = tmp_path / "said.wav"
    command = ["espeak-ng", "-v", language[0], "-w", str(path), language[1]]
    subprocess.run(command, check=True)
    with wave.open(str(path)) as file:
        assert file.getnframes() / file.getframerate() > 0.3
        samples = array.array("h", file.readframes(file.getnframes()))
    assert max(map(abs, samples)) > 3000
