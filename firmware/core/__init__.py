"""kiosk-core: till, services and journal in one process; the one authority of the kiosk."""
