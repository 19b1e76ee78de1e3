"""kiosk-gateway: the only process with a route to the back end."""
