"""PVC card printers that take Evolis escape commands."""
