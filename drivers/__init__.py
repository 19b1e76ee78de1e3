"""Device families: each a codec, a pure protocol, a thin driver and an emulator."""
