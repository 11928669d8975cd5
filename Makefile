# What a person does with a checkout. Each target sets up .venv by itself; after that nothing needs the network.

ARGS ?= sample_articles
# More than the processors, because tests wait for threads and processes.
WORKERS ?= $$($(BIN)/python -c 'import os; print(5 * (os.cpu_count() or 2) // 2)')
BIN := .venv/bin
READY := .venv/.ready

.DEFAULT_GOAL := help
.PHONY: help run test check format format-check lint types imports docs docs-check bench bench-store torture conformance house lock clean

help: ## show this list
	@grep -E '^[a-z-]+:.*## ' Makefile | while IFS= read -r line; do \
	  printf '  make %-12s%s\n' "$${line%%:*}" "$${line##*## }"; done

run: $(READY) ## open the reader on the sample articles (ARGS=... for something else)
	@$(BIN)/tui-reader $(ARGS)

test: $(READY) ## run all tests (WORKERS=... processes)
	$(BIN)/pytest --workers=$(WORKERS) --durations=10

check: format-check lint types imports docs-check test ## everything a change must pass: format, lint, types, layers, docs, tests

format: $(READY) ## format the code
	$(BIN)/ruff format
	$(BIN)/ruff check --fix-only --quiet

format-check: $(READY)
	$(BIN)/ruff format --check

lint: $(READY)
	$(BIN)/ruff check

types: $(READY)
	$(BIN)/mypy

imports: $(READY)
	$(BIN)/lint-imports

docs: $(READY) ## write the generated parts of the documents
	$(BIN)/python scripts/gen_docs.py

docs-check: $(READY)
	$(BIN)/python scripts/gen_docs.py --check

bench: $(READY) ## measure what is promised to be fast
	@set -e; for script in scripts/cold_start.py scripts/bench_*.py; do echo "== $$script"; $(BIN)/python $$script; done

bench-store: $(READY) ## measure what a change to the state costs, beside stock TinyDB
	@$(BIN)/python scripts/bench_store.py

MINUTES ?= 30
torture: $(READY) ## try for MINUTES (30) to make the store lose something
	@$(BIN)/python scripts/torture.py --minutes $(MINUTES)

conformance: $(READY) ## count over all real files beside the checkout how much is read as it should be
	$(BIN)/python scripts/conformance.py

house: $(READY) ## print import circles, large classes and long files
	@$(BIN)/python scripts/house.py

lock: ## choose the newest versions that pyproject.toml allows, for requirements-dev.txt (needs uv and the network)
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --upgrade \
	  --generate-hashes --no-annotate --no-header --quiet --output-file requirements-dev.txt

clean: ## take away .venv and everything that tools left behind
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements-dev.txt pyproject.toml scripts/setup
	@sh scripts/setup
	@touch $@
