"""The append-only record of money: rows, the file that keeps them, and orders folded from rows."""
