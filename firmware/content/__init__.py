"""Content packs: pictures, slogans and contact lines of the district, apart from the firmware.

`tape.py` reads the file, `signed.py` says who made it, `manifest.py` what stands in it,
`pictures.py` draws its pictures anew, `shelf.py` is where packs lie on a kiosk. docs/content.md.
"""
