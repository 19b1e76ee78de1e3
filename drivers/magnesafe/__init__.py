"""USB HID card readers of the MagneSafe V5 type: the reader encrypts, the kiosk cannot open it."""
