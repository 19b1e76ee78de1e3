"""The till: what may be taken, what is taken, and what becomes of it."""
