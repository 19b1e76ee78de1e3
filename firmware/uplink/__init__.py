"""The fleet link: what the kiosk tells the district, and what the district may ask of it."""
