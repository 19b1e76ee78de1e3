"""Note acceptors that speak ITL SSP: NV9, NV9USB, NV10, BV20, BV50, BV100, NV200."""
