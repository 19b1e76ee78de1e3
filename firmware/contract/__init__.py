"""The types that travel on the bus, and the topics they travel on. Nothing else is shared.

Commands refuse unknown fields, because a mistyped order must not be half obeyed; state ignores
them, because an old reader must survive a new writer. `docs/topics.md` is drawn from here.
"""
