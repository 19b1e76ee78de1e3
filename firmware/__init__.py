"""What the kiosk is, without hardware and without pixels."""
