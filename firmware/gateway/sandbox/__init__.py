"""The sandbox back end: a small electricity office over HTTP, with a memory that survives."""
