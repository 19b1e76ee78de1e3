"""The `kiosk.toml` of the stage: a whole kiosk in one folder, with emulated devices."""

TEMPLATE = """\
# Written by the demo: a whole kiosk in one folder, with emulated devices.
[kiosk]
id = "tdr-0417"
place = {{ hi = "टोडारायसिंह", en = "Todaraisingh" }}
receipt_prefix = "TDR 0417"

[paths]
state = "{folder}/state"
run = "{folder}/run"
operators = "{folder}/operators.toml"
places = "{folder}/places.toml"

[bus]
socket = "{folder}/run/bus.sock"
credentials = "{folder}/broker/credentials"

[gateway]
url = "http://127.0.0.1:{port}"
office_key = "{office_key}"

[content]
key = "{office_key}"

[ui]
width = {width}
height = {height}
is_fullscreen = false
speaks = {speaks}

[limits]
free_mib = 1

[practice]
citizens_may = {has_practice}

[times]
screen = {screen}
cash = {cash}
warning = {warning}
done = {done}

[device.notes]
family = "itl_ssp"
kind = "notes"
port = "{folder}/dev/notes"

[device.coins]
family = "cctalk"
kind = "coins"
port = "{folder}/dev/coins"

[device.coins.options]
coins = {{ IN100A = 100, IN200A = 200, IN500A = 500, IN1K0A = 1000, IN2K0A = 2000 }}

[device.receipt]
family = "escpos"
kind = "receipt"
port = "{folder}/dev/receipt"

[device.card]
family = "magstripe"
kind = "card"
port = "{folder}/dev/card"

[device.card.options]
public_key = "{public_key}"

[device.panel]
family = "panel"
kind = "panel"

[device.panel.options]
pin_factory = "bench"
bench = "{folder}/run/bench.sock"
temperature_file = "{folder}/run/board_temp"

[device.panel.options.inputs]
door_is_open = 17
tamper = 16
cash_box_is_out = 27
mains_is_off = 20
battery_is_low = 21

[device.panel.options.outputs]
notes_guide = 22
coins_guide = 23
receipt_guide = 24
card_guide = 25
page_guide = 12
pvc_guide = 13
tower_green = 18
tower_amber = 19
tower_red = 26
fan = 11

[bench.notes]
speed = {speed}

[bench.coins]
speed = {speed}

[bench.receipt]
speed = {speed}
out_folder = "{folder}/paper"

[bench.card]
speed = {speed}

[bench.panel]
temperature_file = "{folder}/run/board_temp"
"""

LASER = """
[device.page]
family = "ipp"
kind = "page"
port = "ipp://127.0.0.1:{laser_port}/ipp/print"

[device.page.options]
spool = "{folder}/run/spool"

[bench.page]
speed = {speed}
out_folder = "{folder}/paper"
"""

READER = """
[device.finger]
family = "rd_service"
kind = "finger"
port = "http://127.0.0.1:{finger_port}"

[bench.finger]
speed = {speed}
"""

# By family: what prints cards.
CARDS = {
    "evolis": """
[device.pvc]
family = "evolis"
kind = "pvc"
port = "{folder}/dev/pvc"

[device.pvc.options]
spool = "{folder}/run/spool"

[bench.pvc]
speed = {speed}
out_folder = "{folder}/cards"
""",
    "ipp": """
[device.pvc]
family = "ipp"
kind = "pvc"
port = "ipp://127.0.0.1:{card_port}/ipp/print"

[device.pvc.options]
spool = "{folder}/run/spool"
tray_sheets = 100

[bench.pvc]
speed = {speed}
cards = true
out_folder = "{folder}/cards"
""",
}
