"""A whole kiosk on one machine: every daemon as on the image, with emulated devices on ptys."""
