# Every target is listed by `make help`. PYTHON=... chooses another interpreter.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# mamba-ssm is the kernels' peer and oracle. Without CUDA its package installs only like this, and without what it requires.
MAMBA := MAMBA_SKIP_CUDA_BUILD=TRUE MAMBA_FORCE_BUILD=TRUE $(PIP) install -q --no-deps --no-build-isolation mamba-ssm==2.3.2.post1
# the GPU benchmark runs in any Python with a CUDA build of torch: make gpu GPU_PYTHON=...
GPU_PYTHON ?= $(if $(wildcard $(BIN)/python),$(BIN)/python,$(PYTHON))
# processes that share the tests
JOBS ?= 2
# what `make app` shows
TRACE ?= runs/app/trace.nc
ROOT := $(shell [ "$$(id -u)" = 0 ] && echo --allow-root)

.DEFAULT_GOAL := help
.PHONY: help lab app test firefox check page screens bars alignment beside bench bench-memory bench-scale bench-table bench-views epoch equilibrium fuzz mutants soak gpu browser course figures imbalance notebooks notebooks-check findings course-feedback report same-results seconds strategy-costs truth wheel lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

lab: $(VENV)/.lab ## install into .venv (once) and open JupyterLab on notebooks/00_start_here.ipynb
	$(BIN)/python -m jupyterlab $(ROOT) --ServerApp.root_dir=notebooks --LabApp.default_url=/lab/tree/00_start_here.ipynb \
		--ServerApp.jpserver_extensions=mmviz.server=True --LabApp.news_url= \
		--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate $(LAB_FLAGS)

app: $(VENV)/.app $(TRACE) ## serve the Explorer as a page without code, on loopback, with a token (TRACE="one.nc other.nc" gives a list, APP_FLAGS=--compare both side by side)
	$(BIN)/python -m mmviz app $(TRACE) $(APP_FLAGS)

test: $(VENV)/.dev ## the whole test suite, in two processes (JOBS=4; TEST_FLAGS="tests/models -x")
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(TEST_FLAGS)

firefox: $(VENV)/.dev ## every test of a page from disk, in Firefox (some 20 minutes; the suite runs a part of them)
	MMVIZ_FIREFOX_FILES=all $(BIN)/python -m pytest -q tests/browser/test_firefox.py

check: $(VENV)/.dev ## style, types, import arrows, notebooks in step with their scripts
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/jupytext --test --to py:percent notebooks/*.ipynb

bars: $(VENV)/.dev ## the promised accuracies, measured (minutes); prints a table and writes JSON
	$(BIN)/python tests/bars/watch_and_digits.py

equilibrium: $(VENV)/.dev ## the order of Modality Equilibrium v2 and its ablations over ten seeds on three sets (some 20 minutes on one core; resumable); JSON, and the tables of docs/equilibrium.md (EQUILIBRIUM_FLAGS=--table: tables only)
	OMP_NUM_THREADS=1 $(BIN)/python tests/bars/equilibrium_order.py $(EQUILIBRIUM_FLAGS)

imbalance: $(VENV)/.dev ## methods against modality imbalance on several sets (hours; resumable); JSON, and the tables of docs/imbalance.md (IMBALANCE="--only watch --seeds 2")
	OMP_NUM_THREADS=1 $(BIN)/python tests/bars/imbalance_tables.py $(IMBALANCE)

alignment: $(VENV)/.dev ## variants of AlignMamba-2's alignment over seeds (some 15 minutes on a quiet machine); JSON, and the tables of docs/alignment.md (ALIGNMENT_FLAGS=--table: tables only)
	OMP_NUM_THREADS=1 $(BIN)/python tests/bars/alignment_ablation.py $(ALIGNMENT_FLAGS)

bench: $(VENV)/.bench ## the kernels against their peers (about 25 minutes on a quiet machine); JSON and tables (BENCH_FLAGS="--only scan")
	PYTHONPATH=kernels:. $(BIN)/python -m bench $(BENCH_FLAGS)

bench-table: ## write the tables of kernels/README.md from the stored JSON
	PYTHONPATH=kernels:. $(GPU_PYTHON) -m bench --table

bench-views: $(VENV)/.dev ## times of the views with their bars: the saved page with its model, and JupyterLab beside plotly's FigureWidget (minutes; needs a browser); writes JSON
	$(BIN)/python tests/bars/views.py $(VIEWS_FLAGS)

beside: $(VENV)/.dev ## trainings beside other work: one alone, two at once, one beside a busy loop (some 20 minutes on a quiet machine); JSON beside the script (BESIDE="--only watch --repeats 3")
	$(BIN)/python tests/bars/beside.py $(BESIDE)

epoch: $(VENV)/.bench ## one epoch of Coupled Mamba beside transformers + mambapy and MulT, and the parts of a step (some 15 minutes on a quiet machine); JSON beside the script (EPOCH="--only watch --repeats 3")
	PYTHONPATH=kernels:. $(BIN)/python tests/bars/epoch.py $(EPOCH)

bench-memory: $(VENV)/.dev ## memory of training and tracing from disk: 16 k samples of MOSEI's shapes, a Trace of 100 k (minutes, 8 GB of disk); JSON beside the script
	OMP_NUM_THREADS=1 $(BIN)/python tests/bars/memory.py $(MEMORY_FLAGS)

bench-scale: $(VENV)/.dev ## studies: two workers against one, overhead per cell, a finished study repeated (needs a quiet machine); JSON beside the script
	OMP_NUM_THREADS=1 $(BIN)/python tests/bars/scale.py $(SCALE_FLAGS)

soak: $(VENV)/.dev ## kill the processes of a study twenty times at random moments; JSON beside the script (SOAK_FLAGS="--kills 4" for less)
	$(BIN)/python tests/bars/soak_studies.py $(SOAK_FLAGS)

gpu: ## the same on an NVIDIA GPU; needs torch and triton, nothing else
	PYTHONPATH=kernels:. $(GPU_PYTHON) -m bench --gpu $(BENCH_FLAGS)

fuzz: $(VENV)/.dev ## one million spoilt inputs for every reader (an hour and a half with two cores of its own; FUZZ="--count 20000" for less); JSON beside the tests
	$(BIN)/python tests/hostile/fuzz.py --json tests/hostile/fuzz.json $(FUZZ)

mutants: $(VENV)/.dev ## change the sources in random places and count the changes that no test notices (hours; MUTANTS="--only io --count 20", --measure after a change of sources or tests)
	$(PIP) install -q -c constraints.txt cosmic-ray coverage
	$(BIN)/python tests/bars/mutants.py $(MUTANTS)

browser: ## install Debian's Chromium and Firefox for the browser tests (needs apt and root)
	@{ command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null && \
	{ command -v firefox-esr || command -v firefox; } >/dev/null && echo "both browsers are there" || \
	{ command -v apt-get >/dev/null || { echo "no apt-get here: install Chromium (or Chrome) and Firefox by hand"; exit 1; }; \
	apt-get update -qq && apt-get install -y -qq chromium firefox-esr; }

figures: $(VENV)/$(if $(VENUE),.lab,.dev) ## the README's figures (minutes; needs a browser); VENUE=neurips2024, icml2024, acl or cvpr: the papers' figures and tables (FIGURES_FLAGS=--help)
	$(BIN)/python $(if $(VENUE),-m mmviz figures --venue $(VENUE) $(FIGURES_FLAGS),docs/figures.py)

screens: $(VENV)/.dev ## screenshots of every section of the Explorer in every look, docs/explorer (about ten minutes; needs a browser and pdftoppm)
	$(BIN)/python docs/explorer_screens.py

page: node_modules/.package-lock.json ## type-check the page's JavaScript and write its bundle, mmviz/widgets/bundle/explorer.js (needs Node.js)
	npm run --silent build && npm run --silent check

notebooks: $(VENV)/.dev ## bring the .ipynb files in step with their percent scripts, outputs stripped
	$(BIN)/jupytext --sync notebooks/*.py

notebooks-check: $(VENV)/.dev ## list all claims of the notebooks with their kind and the control of each finding; fails where one has none
	$(BIN)/python -m mmviz.course.notebook_claims notebooks

findings: $(VENV)/.dev ## repeat the findings of the notebooks over five seeds with their controls (many minutes; FINDINGS="--only 06")
	OMP_NUM_THREADS=1 $(BIN)/python tests/bars/notebook_findings.py $(FINDINGS)

course-feedback: $(VENV)/.dev ## share of a stored list of wrong answers that gets a specific sentence; JSON
	$(BIN)/python tests/bars/course_feedback.py

course: $(VENV)/.lab ## write the notebooks for students, teachers and nbgrader into course/
	$(PIP) install -q -c constraints.txt -e ".[lab,explain,paper,course]"
	$(BIN)/python -m mmviz course

report: $(VENV)/.dev ## run all notebooks and build the static site of them, with the reference, into report/site (minutes; REPORT="--no-run")
	$(BIN)/python -m mmviz report $(REPORT)

same-results: $(VENV)/.dev ## compare trainings, Traces, analyses and figure frames with stored digests, bit for bit (on the same kind of CPU)
	$(BIN)/python tests/bars/same_results.py $(SAME_FLAGS)

strategy-costs: $(VENV)/.dev ## time of a batch under each strategy over that of the passes that it states (minutes; leave the machine alone)
	OMP_NUM_THREADS=1 $(BIN)/python tests/bars/strategy_costs.py

truth: $(VENV)/.dev ## how far the explanations can be trusted, measured (an hour on one core; resumable); JSON, docs/trust.md (TRUTH="--only deletion")
	OMP_NUM_THREADS=1 $(BIN)/python tests/bars/truth.py $(TRUTH)

seconds: $(VENV)/.dev ## time every notebook here, for mm.doctor() (minutes; leave the machine alone)
	$(BIN)/python -m mmviz.diagnosis.notebook_times notebooks

wheel: $(VENV)/.dev ## build the wheel, install it into an empty environment and run the first notebook there (minutes)
	$(BIN)/python tests/wheel/empty_environment.py

lock: ## write constraints.txt anew from a fresh environment
	rm -rf .lock && $(PYTHON) -m venv .lock
	.lock/bin/python -m pip install -q "$$(grep ^torch== constraints.txt)"
	.lock/bin/python -m pip install -q -c constraints.txt -e ".[lab,explain,dev,bench,scale,report,course]"
	.lock/bin/python -m pip freeze --all --exclude pip --exclude-editable | sed 's/+cpu//' > constraints.txt && rm -rf .lock

clean: ## remove .venv and everything that was made
	rm -rf $(VENV) node_modules .lock kernels/bench/ceiling/build runs course report dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

$(VENV)/.base: pyproject.toml constraints.txt
	@$(PYTHON) mmviz/preflight.py
	$(PYTHON) -m venv $(VENV)
	$(PIP) install -q "$$(grep ^torch== constraints.txt)"
	@touch $@

$(VENV)/.lab: $(VENV)/.base
	$(PIP) install -q -c constraints.txt -e ".[lab,explain,paper]"
	@touch $@

$(VENV)/.app: $(VENV)/.lab
	$(PIP) install -q -c constraints.txt -e ".[lab,explain,paper,app]"
	@touch $@

runs/app/trace.nc: | $(VENV)/.app
	$(BIN)/python -m mmviz.server.example $@

$(VENV)/.dev: $(VENV)/.lab
	$(PIP) install -q -c constraints.txt -e ".[lab,explain,paper,dev]"
	@if [ "$$(uname -s)-$$(uname -m)" = Linux-x86_64 ]; then $(MAMBA) || echo "mamba-ssm did not install: its tests are skipped"; fi
	@{ command -v npm >/dev/null && $(MAKE) --no-print-directory node_modules/.package-lock.json; } || echo "Node.js is missing, or npm could not install: the page's bundle is not checked"
	@touch $@

# the tools of package.json: a type checker and a bundler for the page's JavaScript; nothing needs them at run time
node_modules/.package-lock.json: package.json
	npm install --silent
	@touch $@

$(VENV)/.bench: $(VENV)/.dev
	$(PIP) install -q -c constraints.txt -e ".[lab,explain,dev,bench]"
	@touch $@
