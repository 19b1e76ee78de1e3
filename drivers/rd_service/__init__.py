"""The UIDAI Registered Device service: a fingerprint reader behind HTTP on the loopback."""
