# The two commands: `make run` (everything, in the foreground) and `make test` (every check).
# Nothing but make, a POSIX shell and Python 3.11 or newer is needed; all else goes into .venv.

PY = .venv/bin/python

.PHONY: help run test check format bench screenshots setup cloud lock clean

help:
	@echo 'make run          install, start everything in the foreground, print address and password'
	@echo 'make test         every check and test'
	@echo 'make check        the quick part of it, under a minute'
	@echo 'make format       format code, sort imports, mend what can be mended'
	@echo 'make bench        measure'
	@echo 'make screenshots  make the pictures of the README'
	@echo 'make setup        only make .venv'
	@echo 'make cloud        add what queues, functions, logs and text messages of Alibaba Cloud need'
	@echo 'make lock         write requirements/*.lock anew'
	@echo 'make clean        remove .venv, caches and collected files; the data stay'

run:
	@sh requirements/setup.sh base
	@exec $(PY) -m kmsconsole.run

test: setup
	@exec $(PY) -m tests.gate

check: setup
	@exec $(PY) -m tests.gate --quick

bench: setup
	@exec $(PY) -m bench

screenshots: setup
	@exec $(PY) -m tests.browser.screenshots

setup:
	@sh requirements/setup.sh dev

cloud:
	@sh requirements/setup.sh cloud

format: setup
	@$(PY) -m ruff check --fix --quiet . ; $(PY) -m ruff format .

lock: setup
	@cd requirements && ../$(PY) -m uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header base.in -o base.lock
	@cd requirements && ../$(PY) -m uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header cloud.in -o cloud.lock
	@cd requirements && ../$(PY) -m uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header dev.in -o dev.lock

clean:
	@rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage staticfiles
