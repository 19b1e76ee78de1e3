"""What a thief with a printer may try, and a slip that must stay good whatever a clock says."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import msgspec
import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.contract.money import Money, rupees
from firmware.till.claims import (
    CAUSES,
    CONTEXT,
    PREFIX,
    ClaimFacts,
    Reason,
    Refused,
    Verified,
    encode,
    from_text,
    issue,
    to_text,
    verify,
)
from firmware.till.signing import (
    CERTIFICATE,
    FLEET,
    KEY,
    Keys,
    NoKey,
    Signer,
    certify,
    load_signer,
    public_of,
)
from tests.firmware.till.keys import (
    FLEET_KEY,
    KIOSK_SEED,
    NOT_AFTER,
    NOT_BEFORE,
    OTHER_SEED,
    certificate,
    signer,
    write_keys,
)

CLAIM = ClaimFacts(
    "tdr-0417", "TDR 0417 0001", 1, 1_795_322_100, rupees(300), rupees(100), "cancelled"
)
DOCUMENT = Path(__file__).parents[3] / "docs" / "claims.md"

facts = st.builds(
    lambda kiosk, order, index, issued_at, amount, share, cause: ClaimFacts(
        kiosk, order, index, issued_at, Money(amount), Money(amount * share // 100), cause
    ),
    st.from_regex(r"[a-z0-9][a-z0-9-]{0,31}", fullmatch=True),
    st.from_regex(r"[A-Z]{2,4} [0-9]{4} [0-9]{4,7}", fullmatch=True),
    st.integers(1, 255),
    st.integers(NOT_BEFORE, NOT_AFTER),
    st.integers(1, 2**32 - 1),
    st.integers(0, 100),
    st.sampled_from(CAUSES),
)


def changed(**fields: object) -> ClaimFacts:
    return msgspec.structs.replace(CLAIM, **fields)


def refused(text: str, fleet_key: bytes = FLEET_KEY) -> Reason:
    result = verify(text, fleet_key)
    assert isinstance(result, Refused), result
    return result.reason


@given(claim=facts)
@settings(max_examples=50, deadline=None)
def test_what_is_issued_is_verified_as_it_was(claim: ClaimFacts) -> None:
    assert verify(issue(claim, signer(claim.kiosk)), FLEET_KEY) == Verified(
        claim, certificate(claim.kiosk)
    )


def test_a_reprint_carries_the_same_code() -> None:
    assert issue(CLAIM, signer()) == issue(CLAIM, signer())


def test_the_worked_vector_of_the_document() -> None:
    told = re.findall(r"^    ([0-9a-f]{2,}|KC1:\w+)$", DOCUMENT.read_text(), re.MULTILINE)
    text = issue(CLAIM, signer())
    hexadecimal = "".join(line for line in told if not line.startswith(PREFIX))
    assert (hexadecimal, told[-1]) == (from_text(text).hex(), text)


def test_every_single_bit_that_is_changed_is_refused() -> None:
    token = from_text(issue(CLAIM, signer()))
    for place in range(len(token) * 8):
        forged = bytearray(token)
        forged[place // 8] ^= 1 << place % 8
        assert isinstance(verify(to_text(bytes(forged)), FLEET_KEY), Refused), place


def test_every_letter_that_is_changed_left_out_or_added_is_refused() -> None:
    text = issue(CLAIM, signer())
    for place, letter in enumerate(text):
        other = "A" if letter != "A" else "B"
        for forged in (text[:place] + other + text[place + 1 :], text[:place] + text[place + 1 :]):
            assert isinstance(verify(forged, FLEET_KEY), Refused), place
    for forged in (text + "A", text + "=", text.lower(), text[4:], f" {text}"):
        assert refused(forged) is Reason.NOT_A_CLAIM


@given(raw=st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_no_text_of_a_stranger_is_more_than_refused(raw: bytes) -> None:
    assert isinstance(verify(to_text(raw), FLEET_KEY), Refused)
    assert isinstance(verify(to_text(b"\1" + raw), FLEET_KEY), Refused)
    assert isinstance(verify(raw.decode("latin-1"), FLEET_KEY), Refused)


def test_a_slip_of_another_fleet_is_refused() -> None:
    assert refused(issue(CLAIM, signer()), public_of(OTHER_SEED)) is Reason.FOREIGN_FLEET


def test_a_thief_who_certifies_himself_is_refused() -> None:
    own = certify(OTHER_SEED, CLAIM.kiosk, public_of(OTHER_SEED), 7, NOT_BEFORE, NOT_AFTER)
    assert refused(issue(CLAIM, Signer(OTHER_SEED, own))) is Reason.FOREIGN_FLEET


def test_a_thief_with_anothers_certificate_and_an_own_key_is_refused() -> None:
    thief = Signer(OTHER_SEED, certificate("tdr-0417", OTHER_SEED))
    body = encode(CLAIM) + certificate().tail
    assert refused(to_text(body + thief.sign(CONTEXT + body))) is Reason.FALSE_SIGNATURE


def test_a_kiosk_cannot_sign_in_the_name_of_another() -> None:
    """Its certificate holds only with its own id in front."""
    body = encode(changed(kiosk="tdr-0418")) + certificate().tail
    assert refused(to_text(body + signer().sign(CONTEXT + body))) is Reason.FOREIGN_FLEET
    with pytest.raises(ValueError, match="does not cover"):
        issue(changed(kiosk="tdr-0418"), signer())


def signed_anyway(claim: ClaimFacts) -> str:
    """What `issue` refuses to write."""
    body = encode(claim) + certificate().tail
    return to_text(body + signer().sign(CONTEXT + body))


def test_issued_after_the_certificate_had_ended_is_refused() -> None:
    late = changed(issued_at=NOT_AFTER + 1)
    assert refused(signed_anyway(late)) is Reason.CERTIFICATE_OVER
    with pytest.raises(ValueError, match="does not cover"):
        issue(late, signer())
    assert isinstance(verify(signed_anyway(changed(issued_at=NOT_AFTER)), FLEET_KEY), Verified)


def test_a_clock_that_was_never_set_makes_no_good_slip_bad() -> None:
    result = verify(issue(changed(issued_at=0), signer()), FLEET_KEY)
    assert isinstance(result, Verified)
    assert "clock was not set" in result.remarks[0]


@pytest.mark.parametrize("now", [0, CLAIM.issued_at, NOT_AFTER + 10**8, 2**40])
def test_the_clock_of_the_verifier_makes_no_good_slip_bad(now: int) -> None:
    result = verify(issue(CLAIM, signer()), FLEET_KEY, now)
    assert isinstance(result, Verified)
    assert bool(result.remarks) == (now == 0)


def test_a_token_of_a_later_release_is_named_as_such() -> None:
    token = from_text(issue(CLAIM, signer()))
    assert refused(to_text(b"\2" + token[1:])) is Reason.OTHER_VERSION


@pytest.mark.parametrize(("kiosk", "version"), [("tdr-0417", 11), ("k" * 32, 12)])
def test_the_code_fits_the_narrowest_paper_at_five_dots_a_module(kiosk: str, version: int) -> None:
    code = segno.make(issue(changed(kiosk=kiosk), signer(kiosk)), micro=False, error="m")
    assert (code.version, code.mode) == (version, "alphanumeric")
    assert (4 * version + 17 + 2 * 4) * 5 <= 384  # dots of a 58 mm roll; 80 mm has 576


# --- keys ---------------------------------------------------------------------------------------


def test_the_private_key_is_for_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    write_keys(folder, KIOSK_SEED, certificate(), FLEET_KEY)
    assert stat.S_IMODE((folder / KEY).stat().st_mode) == 0o600
    assert load_signer(folder, "tdr-0417").certificate == certificate()
    assert Keys.load(folder, "tdr-0417").fleet_key == FLEET_KEY


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (KEY, None), (KEY, "no hex"), (KEY, "00"), (KEY, OTHER_SEED.hex()), (CERTIFICATE, "00" * 9),
        (FLEET, public_of(OTHER_SEED).hex()),
    ],
)  # fmt: skip
def test_whatever_is_wrong_with_the_keys_is_said_and_is_no_crash(
    tmp_path: Path, name: str, content: str | None
) -> None:
    write_keys(tmp_path / "keys", KIOSK_SEED, certificate(), FLEET_KEY)
    (tmp_path / "keys" / name).unlink()
    if content is not None:
        (tmp_path / "keys" / name).write_text(content)
    signer = Keys.load(tmp_path / "keys", "tdr-0417").signer
    assert isinstance(signer, NoKey)
    assert name in str(signer) or CERTIFICATE in str(signer)
    assert OTHER_SEED.hex() not in str(signer)


def test_the_key_of_another_kiosk_is_not_used(tmp_path: Path) -> None:
    write_keys(tmp_path / "keys", KIOSK_SEED, certificate("tdr-0418"), FLEET_KEY)
    assert isinstance(Keys.load(tmp_path / "keys", "tdr-0417").signer, NoKey)
