"""Practice: a second machine inside the machine, with play money, in RAM, beside the real one."""
