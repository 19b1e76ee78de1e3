"""MDB/ICP peripherals behind a serial adapter: coin changers and bill validators."""
