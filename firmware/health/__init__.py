"""What is not as it should be, and since when; what is fitted; how long what runs out will last."""
