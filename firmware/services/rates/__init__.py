"""The rate table: what each service may cost, signed by the office. Fees are law.

`table.py` has what stands in it, `signed.py` who says so, `shelf.py` where it lies on a kiosk.
"""
