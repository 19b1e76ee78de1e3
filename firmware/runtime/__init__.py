"""What every daemon stands on: the bus, the configuration, the clock, durable files, the log."""

VERSION = "0.1.0"  # of this release; setup.cfg takes it from here
