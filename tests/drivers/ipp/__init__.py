"""Page printers over IPP."""
