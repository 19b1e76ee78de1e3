"""Virtual meetings in a browser of their own: docs/meeting.md.

`hall.py` is the folder by which core and the launcher understand each other, `policy.py` what the
browser may, `browser.py` how it is started, `launch.py` the launcher's states, `__main__.py` the
program. Of all this core imports the hall alone.
"""
