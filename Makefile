# make demo   a fresh machine with Python and node: environment, install, front-end build, and the built-in model at work
# make lab    the same notebook in JupyterLab
# make test   Python, TypeScript and browser tests
# make test-room  the same under jupyter-collaboration, in an environment of its own
# make check  lint, types, layers, schema freshness
# make bench  what it costs, beside a floor and beside others
# make soak   what a server holds after ten minutes; crashes at every point, and invariants at length
# make tour   examples/tour.ipynb and docs/images/*.png, from real runs

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PATH := $(abspath $(BIN)):$(PATH)
LABEXTENSION := codeact_jupyter/labextension/package.json
SHARE := $(VENV)/share/jupyter/labextensions
CONFIG := $(VENV)/etc/jupyter/jupyter_server_config.d
SOURCES := $(shell find src style schema -type f 2>/dev/null)

.PHONY: demo lab install test test-room test-python test-typescript test-ui check lint types layers protocol wheel bench soak tour clean

demo: install
	jupyter codeact demo --dir demo
	@echo
	@echo "make lab opens it in JupyterLab."

lab: install
	@mkdir -p demo
	cd demo && jupyter lab

install: $(VENV)/installed

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "codeact-jupyter needs Python 3.11 or newer: make PYTHON=python3.11 …")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=24"

$(VENV)/bin/jlpm: | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet "jupyterlab>=4.6,<5" "jupyter-builder>=1.0" "hatchling>=1.27" "hatch-jupyter-builder>=0.9" editables

node_modules: package.json yarn.lock | $(VENV)/bin/jlpm
	jlpm install --immutable
	@touch node_modules

$(LABEXTENSION): node_modules $(SOURCES) tsconfig.json
	jlpm build:prod
	@touch $(LABEXTENSION)

# an editable install, so that tests run what is in the tree; what is linked and copied is what a wheel would have put there
$(VENV)/installed: pyproject.toml $(LABEXTENSION)
	mkdir -p $(SHARE) $(CONFIG)
	rm -rf $(SHARE)/codeact-jupyter  # pip would write, and remove, through the link
	$(BIN)/python -m pip install --quiet --no-build-isolation --editable ".[dev]"
	rm -rf $(SHARE)/codeact-jupyter && ln -s $(abspath codeact_jupyter/labextension) $(SHARE)/codeact-jupyter
	cp jupyter-config/server-config/codeact_jupyter.json $(CONFIG)/
	mkdir -p $(VENV)/share/jupyter/kernels && cp -R jupyter-config/kernels/. $(VENV)/share/jupyter/kernels/
	@touch $@

test: test-python test-typescript test-ui

# shared machines stall: a test that fails is tried once more, alone, and then it counts
test-python: install
	python -m pytest -n 3 --dist loadfile --durations 25 || python -m pytest --last-failed --last-failed-no-failures=none

test-typescript: install
	jlpm test

ui-tests/node_modules: ui-tests/package.json ui-tests/yarn.lock | install
	cd ui-tests && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 jlpm install --immutable
	@touch ui-tests/node_modules

test-ui: install ui-tests/node_modules
	cd ui-tests && sh browser.sh && CHROMIUM="$$(sh browser.sh --path)" jlpm test

# all that is installed here, and jupyter-collaboration on top of it: in the environment itself it would change every other test
.venv-room/installed: $(VENV)/installed
	rm -rf .venv-room
	$(BIN)/python -m venv .venv-room
	$(BIN)/python -c 'import sysconfig; print("import site; site.addsitedir({!r})".format(sysconfig.get_path("purelib")))' > "$$(.venv-room/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/project.pth"
	.venv-room/bin/python -m pip install --quiet "jupyter-collaboration>=5,<6"
	mkdir -p .venv-room/share/jupyter/labextensions .venv-room/etc/jupyter/jupyter_server_config.d
	ln -s $(abspath $(VENV))/share/jupyter/lab .venv-room/share/jupyter/lab
	ln -s $(abspath $(SHARE))/* .venv-room/share/jupyter/labextensions/
	cp $(CONFIG)/* .venv-room/etc/jupyter/jupyter_server_config.d/
	@touch $@

test-room: .venv-room/installed ui-tests/node_modules
	.venv-room/bin/python -m pytest -n 3 tests/room || .venv-room/bin/python -m pytest tests/room --last-failed --last-failed-no-failures=none
	cd ui-tests && sh browser.sh && CHROMIUM="$$(sh browser.sh --path)" jlpm test:room

check: lint types layers protocol

lint: install
	ruff format --check .
	ruff check .
	jlpm lint

types: install
	mypy
	jlpm tsc --noEmit

layers: install
	lint-imports

protocol: install
	jlpm build:protocol
	git diff --exit-code -- protocol.schema.json src/protocol.ts

wheel: node_modules
	$(BIN)/python -m pip install --quiet build
	$(BIN)/python -m build --wheel --outdir dist

# ratios to a floor of the same run, into benchmarks/README.md; the others that are measured beside us get an environment of their own
.venv-peers/installed: benchmarks/requirements-peers.txt
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip install --quiet --requirement benchmarks/requirements-peers.txt
	@touch $@

bench: install ui-tests/node_modules wheel .venv-peers/installed
	CHROMIUM="$$(cd ui-tests && sh browser.sh --path)" python -m benchmarks --peers .venv-peers/bin/python

soak: install
	CODEACT_SOAK=1 python -m pytest tests/soak tests/crash tests/invariants --override-ini timeout=3600

tour: install ui-tests/node_modules
	python examples/make_tour.py
	cd ui-tests && sh browser.sh && CHROMIUM="$$(sh browser.sh --path)" jlpm test --grep @screenshot

clean:
	rm -rf $(VENV) .venv-peers .venv-room node_modules ui-tests/node_modules lib codeact_jupyter/labextension dist *.tsbuildinfo
