# `make help` lists what there is. A rule is three lines or calls a script.
SHELL := /bin/sh
PYTHON ?= python3
PORT ?= 8000
SECONDS ?= 60
ACTIONS ?= 5000
VISITS ?= 40
PY := .venv/bin/python
.DEFAULT_GOAL := help
.PHONY: help docs packages audit soak fuzz measure hub test-engines test-slow test-spark setup lock messages site serve check format test coverage accuracy architecture bench clean screenshots oracle oracle-fresh gguf-truth gguf-headers litert-headers budgets browsers drift mutate npm

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/.tools .venv/.tabfit node_modules/.ready .venv/.chromium ## install what the rest needs, into .venv and node_modules

.venv/.tools: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, set PYTHON to one; this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv && $(PY) -m pip install --quiet --disable-pip-version-check --only-binary :all: --require-hashes -r requirements.lock
	@touch $@

.venv/.tabfit: pyproject.toml .venv/.tools
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e . && $(PY) -m compileall -q python # what pip does where it copies
	@touch $@

node_modules/.ready: package-lock.json
	npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error
	@touch $@

.venv/.chromium: .venv/.tools tools/find_chromium.py
	@$(PY) tools/find_chromium.py > $@.path && mv $@.path $@ && echo "Chromium: $$(cat $@)"

lock: ## write the locks anew for every Python from 3.11 on
	$(PYTHON) -m venv .cache/lock && .cache/lock/bin/pip install --quiet uv==0.13.9
	.cache/lock/bin/uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 --group fuzz -o requirements-fuzz.lock
	.cache/lock/bin/uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 --group dev -o requirements.lock
	.cache/lock/bin/uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 --group docs --constraint requirements.lock -o requirements-docs.lock

messages: setup ## gather the page's sentences into every language's catalogue, and say what is not translated
	$(PY) -m tools.messages && $(PY) -m tools.messages missing

site: setup ## build dist/, a folder that any static host can serve from any path
	@$(PY) -m tools.dist

serve: site ## build the page and serve it on http://127.0.0.1:8000 (PORT=… for another)
	@PORT=$(PORT) $(PY) tools/serve.py

check: setup ## ruff, mypy --strict, the import graph
	$(PY) -m ruff check && $(PY) -m ruff format --check
	$(PY) -m mypy
	$(PY) -m pytest -q -p no:cacheprovider tests/core/test_room_order.py

format: setup ## let ruff mend and format what it can
	$(PY) -m ruff check --fix; $(PY) -m ruff format

test: setup ## every test: unit, laws, page; three files at a time, as pages wait more than they work
	$(PY) -m pytest -n 3 --dist loadfile

test-slow: setup ## what `make test` leaves out because it takes long: layout of every page, every engine's verdicts
	$(PY) -m pytest -n 2 -m slow

.venv/.engines: .venv/.tools tools/install_engines.py
	$(PY) tools/install_engines.py engines
	@touch $@

test-engines: setup .venv/.engines ## the page in Chromium, Firefox ESR and WebKitGTK (installs the last two from Debian)
	$(PY) -m pytest tests/engines

soak: site ## act at random in one tab of Chromium (ACTIONS=…; about an hour) and print what tab and worker hold
	$(PY) -m tools.soak --actions $(ACTIONS)

.spark/.ready: .venv/.tools tests/spark/requirements.txt tools/install_engines.py
	$(PY) tools/install_engines.py java
	$(PYTHON) -m venv .spark && .spark/bin/pip install --quiet --disable-pip-version-check -r tests/spark/requirements.txt
	@touch $@

test-spark: setup .spark/.ready ## a gate over a million visits in PySpark (installs it into .spark, and a Java runtime from Debian)
	$(PY) -m pytest tests/spark

coverage: setup ## run the tests that need no browser and say which lines of python/ and app/ none of them reaches
	$(PY) -m coverage run -m pytest -q -p no:cacheprovider tests/core tests/laws python app
	$(PY) -m coverage report

clean: ## remove what was built; .cache/ (downloads) stays
	rm -rf dist dist-docs dist-packages build .mypy_cache .ruff_cache .pytest_cache .hypothesis

screenshots: site ## take the README's pictures of the page
	$(PY) -m tools.screenshots

accuracy: setup ## compare every figure with published and measured ones, and write docs/accuracy.md and the figures of its page
	$(PY) -m tools.accuracy

budgets: setup ## fit chances and budgets on people's reports, judge each source by the others, and write what came out
	$(PY) -m tools.budgets && $(PY) -m tools.accuracy

browsers: setup ## read since when browsers have what models need, and how many visitors do
	node tools/browser_features.mjs && node tools/sample_visits.mjs

npm: setup ## lay the npm package with its data in build/npm/tabfit, for `npm pack`
	$(PY) -m tools.npm_package

drift: setup ## list every row of our tables that the installed packages no longer agree with
	$(PY) -m tools.drift

architecture: setup ## draw docs/architecture.svg: the rooms and what they import
	$(PY) -m tools.room_diagram

bench: setup ## time what people wait for beside what others start, and write docs/performance.md
	SITE_URL=https://fit.example/ $(PY) -m tools.dist && $(PY) -m tools.bench

.oracle/.ready: tools/oracle/requirements.txt
	$(PYTHON) -m venv .oracle && .oracle/bin/pip install --quiet --disable-pip-version-check -r $<
	.oracle/bin/pip install --quiet --disable-pip-version-check --no-deps timm==1.0.22 # its torchvision fits one build of torch
	@touch $@

oracle: .oracle/.ready ## build every test config with transformers, without weights, and write down what came out
	.oracle/bin/python tools/oracle/transformers_defaults.py && .oracle/bin/python tools/oracle/build_configs.py
	.oracle/bin/python tools/oracle/saved_tensors.py # what layers keep for the way back

oracle-fresh: .oracle/.ready ## build configs that nobody has seen with transformers and name each difference (SEED=…, COUNT=… of each type)
	.oracle/bin/python tools/oracle/fresh_draws.py --seed $${SEED:-$$(date +%s)} --count $${COUNT:-40}

gguf-truth: .oracle/.ready ## make GGUF files on random weights with llama.cpp itself and write down what came out (compiles it)
	.oracle/bin/pip download --quiet --no-deps --no-binary llama-cpp-python -d .cache/llama llama-cpp-python==0.3.36 && tar -xzf .cache/llama/llama_cpp_python-0.3.36.tar.gz -C .cache/llama --strip-components 1
	.oracle/bin/pip install --quiet llama-cpp-python==0.3.36 && .oracle/bin/python tools/oracle/gguf_truth.py .cache/llama/vendor/llama.cpp

gguf-headers: .oracle/.ready ## make small models of every family into GGUF with llama.cpp's converter and write down the headers
	.oracle/bin/pip download --quiet --no-deps --no-binary llama-cpp-python -d .cache/llama llama-cpp-python==0.3.36 && tar -xzf .cache/llama/llama_cpp_python-0.3.36.tar.gz -C .cache/llama --strip-components 1
	.oracle/bin/pip install --quiet gguf==0.19.0 && mkdir -p .cache/gguf && cp -r .oracle/lib/python3*/site-packages/gguf .cache/gguf/ # with the converter's own constants in place of older ones
	cp .cache/llama/vendor/llama.cpp/gguf-py/gguf/constants.py .cache/gguf/gguf/ && .oracle/bin/python tools/oracle/gguf_headers.py .cache/llama/vendor/llama.cpp .cache/gguf

litert-headers: .oracle/.ready ## make small .tflite, .task and .litertlm files with LiteRT's own writers and write down their tensors
	.oracle/bin/pip install --quiet ai-edge-litert==2.3.0 litert-lm-builder==0.18.1 && .oracle/bin/python tools/oracle/litert_headers.py

measure: setup ## measure real runtimes in a real browser (hours; see tests/runtimes)
	$(PY) -m tests.runtimes.measure && $(PY) -m tests.runtimes.chart

hub: setup ## serve the fake hub on port 8181
	$(PY) -m tools.fake_hub --port 8181

.venv/.fuzz: requirements-fuzz.lock .venv/.tools
	$(PY) -m pip install --quiet --disable-pip-version-check --only-binary :all: --require-hashes -r $<
	@touch $@

fuzz: site .venv/.fuzz ## laws on new examples, damaged configs, links, hub answers, late files (VISITS=…) and a million headers, then a minute of each format guided by coverage (SECONDS=…)
	HYPOTHESIS_PROFILE=fresh $(PY) -m pytest -q tests/laws
	$(PY) -m tools.fuzz.configs --count 5000 --seed $$(date +%s)
	$(PY) -m tools.fuzz.commands --count 300 --seed $$(date +%s)
	$(PY) -m tools.fuzz.links --count 2000 --seed $$(date +%s)
	$(PY) -m tools.fuzz.hub --count 5000 --seed $$(date +%s)
	$(PY) -m tools.fuzz.late_files --count $(VISITS) --seed $$(date +%s)
	$(PY) -m tools.fuzz.headers --mutants 340000 --chance $$(date +%s)
	for kind in safetensors gguf onnx; do $(PY) -m tools.fuzz.headers --atheris $(SECONDS) --kind $$kind || exit 1; done

.venv/.docs: requirements-docs.lock .venv/.tools
	$(PY) -m pip install --quiet --disable-pip-version-check --only-binary :all: --require-hashes -r $<
	@touch $@

packages: .venv/.tabfit ## build what PyPI gets into dist-packages/, twice, and see that the bytes are the same
	$(PY) -m tools.packages

.venv/.audit: .venv/.tools
	$(PYTHON) -m venv .venv/audit && .venv/audit/bin/pip install --quiet --disable-pip-version-check pip-audit==2.10.1
	@touch $@

audit: setup .venv/.audit ## report what is known to be unsafe of all that is installed; never fails
	-npm audit --no-update-notifier
	-.venv/audit/bin/pip-audit --disable-pip --require-hashes -r requirements.lock

docs: setup .venv/.docs ## build the documentation into dist-docs/
	$(PY) -m mkdocs build --quiet --strict

mutate: setup ## change every constant that decides a verdict and see that a unit test notices (ONLY=… for some)
	$(PY) -m tools.mutate_constants --only "$(ONLY)"
