"""What releases of before read and wrote, frozen: nothing here follows the code of today (M9)."""
