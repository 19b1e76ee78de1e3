"""ccTalk: coin acceptors on a one-wire bus. README.md says what was read and what was assumed."""
