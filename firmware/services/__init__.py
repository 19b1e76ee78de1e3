"""What the kiosk can do for a citizen: the catalogue as data, and the flow that runs it."""
