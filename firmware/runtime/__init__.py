"""What every daemon stands on: the bus, the configuration, the clock, durable files, the log."""
