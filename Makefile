# Two commands: `make serve` shows the site, `make test` runs everything. Each sets up what it needs.

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
READY := $(VENV)/.ready
ADDRESS ?= 127.0.0.1:8000
export NO_MKDOCS_2_WARNING := 1
# npm trusts the certificates that the system trusts, as pip does
export NODE_USE_SYSTEM_CA := 1

.DEFAULT_GOAL := help
.PHONY: help setup serve build test check links evidence new bench-search bench-check clean pins

help:  ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

serve: setup  ## show the site with live reload and print its address
	@echo "The site will be at http://$(ADDRESS)/ (English: http://$(ADDRESS)/en/)"
	SITE_URL=http://$(ADDRESS)/ $(RUN) -m mkdocs serve --livereload --dev-addr $(ADDRESS)

build: setup  ## write the site to site/
	$(RUN) scripts/build.py

test: setup $(VENV)/.browser  ## run all tests
	$(RUN) -m ruff check scripts tests docs
	$(RUN) -m pytest

check: setup  ## validate links, cross-references and languages
	$(RUN) scripts/check.py

links: setup  ## ask whether external links still hold (over the network, remembered in .cache/)
	$(RUN) scripts/links.py

bench-check: setup  ## compare the validator with its peers: time and memory
	$(RUN) scripts/bench_check.py

evidence: setup  ## run all evidence, write what changed
	$(RUN) scripts/evidence.py

new: setup  ## start a question: make new PAGE=training/my-slug
	$(RUN) scripts/new.py $(PAGE)

bench-search: setup $(VENV)/.browser $(VENV)/.bench  ## measure the search beside Material's, with jieba, and Pagefind
	BENCH_PACKAGES=$(CURDIR)/$(VENV)/bench $(RUN) scripts/bench_search.py

setup: $(READY)

$(READY): requirements.txt package-lock.json
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11, 5) and "Python 3.11.5 or newer is needed, this is " + sys.version)'
	$(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.txt
	PATH="$(CURDIR)/$(VENV)/bin:$$PATH" $(VENV)/bin/npm ci --silent
	@touch $@

$(VENV)/.browser: $(READY) scripts/browser.py
	$(RUN) scripts/browser.py --install
	@touch $@

$(VENV)/.bench: $(READY) tests/bench-requirements.txt
	$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes --target $(VENV)/bench --requirement tests/bench-requirements.txt
	@touch $@

pins:  ## renew requirements.txt and package-lock.json after a change of pyproject.toml or package.json
	$(PYTHON) -m pip install --quiet uv
	$(PYTHON) -m uv pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11.5 --quiet --output-file requirements.txt
	$(PYTHON) -m uv pip compile --group peers --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11.5 --quiet --output-file scripts/peers.txt
	PATH="$(CURDIR)/$(VENV)/bin:$$PATH" $(VENV)/bin/npm install --silent --package-lock-only

clean:  ## remove everything that the commands made
	rm -rf $(VENV) node_modules site .cache
