"""The panel: switches and lights on the GPIO header of the board, through gpiozero."""
