"""The dock: a second window with hands for the emulated devices, for the demo and for training."""
