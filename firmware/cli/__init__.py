"""`kioskctl`: the kiosk in one screen, or told as it happens, for a technician over SSH."""
