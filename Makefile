# Two commands matter: `make demo` and `make test`. Both install what they need, and run again without harm.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# Most tests wait for devices and daemons, so a few more than there are cores run side by side.
JOBS ?= 4

.PHONY: demo test test-system test-rabbitmq image image-twice test-image test-image-arm64 bench-image lint types check bench weeks stories chaos fuzz fleet docs screens pictures clean

demo: $(STAMP)
	@exec $(BIN)/kiosk-demo $(if $(STORY),--story $(STORY)) --out demo-out

test: $(STAMP) lint types
	$(BIN)/pytest -n $(JOBS) --dist worksteal

# Every screen x language x panel x size of letters, each compared with its stored picture. Ten minutes.
screens: $(STAMP)
	SCREENS=all $(BIN)/pytest -v tests/ui/test_screens.py

# How every screen looks from now on: the stored pictures of the tests. Look at them before you commit.
pictures: $(STAMP)
	$(BIN)/python -m tests.ui.survey 1080 1920 --write
	$(BIN)/python -m tests.ui.survey 1920 1080 --write
	$(BIN)/python -m tests.ui.survey 1024 600 --write

check: lint types

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy

bench: $(STAMP)
	$(BIN)/python -m tests.bench

# 2,000 orders in three weeks without the office, then a bad line; docs/offline.md has what was seen. Ten minutes, if nothing else runs.
weeks: $(STAMP)
	$(BIN)/python -m tests.weeks

# Every service through the real window, by touch and by six keys, and the window killed at every
# screen; docs/access.md has what was seen. A quarter of an hour.
stories: $(STAMP)
	KIOSK_STORIES=all $(BIN)/pytest -v tests/window tests/ui/test_killed.py

# Every story with a death at every point, and anything in any order: docs/chaos.md says what and how long.
chaos: $(STAMP)
	@rm -f tests/chaos/chaos-report.txt
	$(BIN)/pytest -n $(JOBS) --dist worksteal -v tests/chaos tests/fleet --chaos=full

# Every family's wire with anything at all on it; says how many pieces it took. Half an hour.
fuzz: $(STAMP)
	FUZZ=5000 $(BIN)/pytest -n $(JOBS) --dist worksteal --timeout 3600 -rP tests/drivers/test_fuzz.py

# The image, on Debian 12 or 13 as root: image-build/README.md says what it needs and what it makes.
ARCH ?= amd64
image: $(STAMP)
	CONSOLE="$(CONSOLE)" PYTHON=$(BIN)/python image-build/image $(ARCH) build/image-$(ARCH)

# The image built a second time, under another time zone, language and umask: every difference is a line.
image-twice: image
	CONSOLE="$(CONSOLE)" PYTHON=$(BIN)/python image-build/twice $(ARCH) build/image-$(ARCH)

# The units, booted in a container made of the image's root.
test-system: $(STAMP)
	PYTHON=$(BIN)/python image-build/image $(ARCH) build/image-$(ARCH) root
	KIOSK_ROOT=$(CURDIR)/build/image-$(ARCH)/root $(BIN)/pytest -v tests/image/test_system.py tests/image/test_shared_wire.py

# The image, booted in QEMU.
# What is read of it comes over a serial console, which the image of a kiosk in service does not have.
SERIAL := console=ttyS0 no_timer_check systemd.journald.forward_to_console=1
test-image: CONSOLE = $(SERIAL)
test-image: image
	KIOSK_IMAGE=$(CURDIR)/build/image-$(ARCH) KIOSK_CUTS=$(CUTS) KIOSK_SEED=$(SEED) $(BIN)/pytest -v \
	  tests/image/test_qemu.py tests/image/test_update.py tests/image/test_mains.py
# How many times the mains fail while people pay, and the seed of when.
CUTS ?= 20
SEED ?= 1

bench-image: CONSOLE = $(SERIAL)
bench-image: image
	KIOSK_IMAGE=$(CURDIR)/build/image-$(ARCH) $(BIN)/python -m tests.bench image

# The same for boards, in QEMU's "virt".
test-image-arm64: ARCH = arm64
test-image-arm64: CONSOLE = console=ttyAMA0 systemd.journald.forward_to_console=1
test-image-arm64: image
	KIOSK_IMAGE_ARM64=$(CURDIR)/build/image-arm64 $(BIN)/pytest -v tests/image/test_arm64.py

# 15,000 simulated kiosks, a broker, two collectors and PostgreSQL, all of which die; docs/fleet-scale.md. Five to ten minutes.
KIOSKS ?= 15000
fleet: $(STAMP)
	$(BIN)/python -m tests.fleet --kiosks $(KIOSKS)

# The fleet's tests with RabbitMQ 4 as well, which is Debian 13's, in a folder; as root, with mmdebstrap. Two minutes the first time.
RABBITMQ := $(CURDIR)/build/rabbitmq
test-rabbitmq: $(STAMP) $(RABBITMQ)/usr/lib/rabbitmq/bin/rabbitmq-server
	KIOSK_RABBITMQ=$(RABBITMQ) $(BIN)/pytest -v tests/fleet

$(RABBITMQ)/usr/lib/rabbitmq/bin/rabbitmq-server:
	mkdir -p $(dir $(RABBITMQ))
	mmdebstrap --variant=minbase --aptopt='APT::Install-Recommends "false"' \
	  --keyring=/usr/share/keyrings/debian-archive-keyring.gpg --include=rabbitmq-server trixie $(RABBITMQ)

docs: $(STAMP)
	$(BIN)/python -m docs.generate

clean:
	rm -rf $(VENV) demo-out .run .mypy_cache .pytest_cache .ruff_cache

# The script says in one line what is missing when something cannot be had.
$(STAMP): requirements/runtime.txt requirements/collector.txt requirements/develop.txt requirements/apt.txt setup.cfg requirements/install tests/foreign/package-lock.json
	@PYTHON=$(PYTHON) requirements/install $(VENV)
	@touch $@
