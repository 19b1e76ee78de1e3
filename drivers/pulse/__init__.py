"""Coin acceptors that say the value of a coin as a number of pulses on one wire."""
