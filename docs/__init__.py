"""Documentation, and what draws the parts of it that follow from the code."""
