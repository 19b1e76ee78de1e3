"""A fleet on one machine: real broker, real PostgreSQL, real collectors, simulated kiosks."""
