"""The account of several answers: what the citizen said, joined, as one word of the back end.

A service may ask for more than one thing. Below the screens there is one account all the same, so
that bill, order, receipt and posting know nothing of the questions.
"""

from __future__ import annotations

JOINT = "-"  # of no answer a part
TELLING = 4  # digits: enough to tell two citizens apart, too few to misuse


def account_of(answers: list[str]) -> str:
    """`rajcell-9829012345-p199`; of one answer that answer. The place of a text among the answers
    is empty: words travel beside the account (PostRequest.texts)."""
    return JOINT.join(filter(None, answers))


def answers_of(account: str) -> list[str]:
    """The answers that an account was made of."""
    return account.split(JOINT)


def as_one_word(account: str) -> str:
    """Of a number that is asked for in parts, as people have it: `RJTK010004172026`."""
    return "".join(answers_of(account))


def last_digits(account: str) -> str:
    """The last digits of its longest number: of `rajcell-9829012345-p199` they are `2345`."""
    numbers = ["".join(filter(str.isdigit, answer)) for answer in answers_of(account)]
    return max(numbers, key=len)[-TELLING:]
