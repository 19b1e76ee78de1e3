"""Three weeks without the office: orders pile up, then everything is posted over a bad line."""
