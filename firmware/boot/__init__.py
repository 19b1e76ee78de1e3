"""What a kiosk does before its daemons run, and what stands in for those that do not stay up."""
