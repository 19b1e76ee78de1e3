"""What all families share: the protocol contract, the driver loop, faults, ledgers, the bench."""
