"""Serial magnetic stripe readers that speak the MSR206 command set."""
