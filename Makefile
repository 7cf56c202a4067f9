# Shortcuts for developers; README names the two commands that everybody else needs.
PYTHON = .venv/bin/python
COMPILE = uv pip compile --universal --python-version 3.11 --generate-hashes --quiet --no-header \
	--no-emit-index-url --no-emit-find-links pyproject.toml

.PHONY: sure format lint types contracts test bench validate lock translations accessibility report-gates approve-pages

sure: format lint types contracts test

format:
	$(PYTHON) -m ruff check --fix --quiet .
lint:
	$(PYTHON) -m ruff check .
types:
	$(PYTHON) -m mypy
contracts:
	.venv/bin/lint-imports
test:
	python3 -m surveyapp test
bench:
	for file in bench/*.py; do $(PYTHON) -m bench.$$(basename $$file .py); done
validate:
	$(PYTHON) -m surveyapp template check instruments/catalogue/bank_crm
	$(PYTHON) -m bench.validate $(VALIDATE)
lock:
	$(COMPILE) --output-file requirements.lock
	$(COMPILE) --extra test --constraint requirements.lock --output-file requirements-test.lock
translations:
	$(PYTHON) -m tests.messages
accessibility:
	SURVEYAPP_ACCESSIBILITY_OUT=surveyapp/accessibility.json $(PYTHON) -m pytest -q tests/browser/test_accessibility.py
report-gates:
	$(PYTHON) -m pytest -q -p no:cacheprovider -o faulthandler_timeout=2400 tests/unit/reports tests/gates/every_size.py tests/gates/hostile_text.py
approve-pages:
	$(PYTHON) -m tests.gates.pictures
