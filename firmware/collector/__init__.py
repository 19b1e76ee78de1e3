"""The district's side: takes what kiosks say from a broker into PostgreSQL (docs/fleet.md).

Not on the kiosk's image. Imports nothing of ours but the contract and the runtime.
"""
