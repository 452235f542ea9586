# Two commands matter: `make run` starts Selfmoji, `make test` proves it.

PYTHON ?= python3
BIN := .venv/bin
PINS := --constraint constraints.txt  # the versions that the tests ran with
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: install run test lint wheel bench strike nemesis fuzz constraints clean
.DEFAULT_GOAL := run

.venv/pip:
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade "pip>=24"
	touch $@

.venv/run: .venv/pip pyproject.toml constraints.txt
	$(BIN)/pip install --quiet $(PINS) --editable ".[all]"
	$(BIN)/selfmoji weights pull
	touch $@

.venv/test: .venv/run pyproject.toml constraints.txt tests/services.sh Makefile
	$(BIN)/pip install --quiet $(PINS) --editable ".[all,test,train]"
	tests/services.sh
	touch $@

install: .venv/run

run: .venv/run
	$(BIN)/selfmoji run

test: .venv/test
	$(BIN)/selfmoji weights verify
	$(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist worksteal

lint: .venv/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

wheel: .venv/test
	tests/wheel.sh

bench: .venv/run
	$(BIN)/selfmoji bench

strike: .venv/test  # the nemesis for a minute or two
	$(BIN)/pytest -m nemesis tests/nemesis

nemesis: strike  # for an hour
	$(BIN)/python -m tests.nemesis --database postgres --minutes 40 --seed $${SEED:-1}
	$(BIN)/python -m tests.nemesis --database sqlite --minutes 20 --pause 2.5 --seed $${SEED:-1}

fuzz: .venv/test  # other examples than the suite's, then each target for five minutes
	$(BIN)/pytest -m hypothesis --hypothesis-profile seek
	$(BIN)/pip install --quiet $(PINS) --editable ".[all,test,fuzz]"
	for target in decode look line caption press language; do \
	  $(BIN)/python -m tests.fuzz $$target -max_total_time=300 -rss_limit_mb=4096 || exit 1; done

constraints: .venv/test  # everything at its newest release, written down
	$(BIN)/pip install --quiet --upgrade --upgrade-strategy eager --editable ".[all,test,train,evaluate,fuzz]"
	$(BIN)/pip freeze --all --exclude-editable --exclude pip --exclude wheel | sed 's/+.*//' > constraints.txt

clean:
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
