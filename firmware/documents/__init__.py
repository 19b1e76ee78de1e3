"""What the kiosk prints: pure functions from facts to tickets, in the citizen's language."""
