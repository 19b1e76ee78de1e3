"""Bill validators on ccTalk."""
