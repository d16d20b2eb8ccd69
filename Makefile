# Most people need only `make repro` and `make test`. Each creates or updates .venv first.
# docs/reproducibility.md says how to use an environment of your own.

# Python 3.10 to 3.14 is needed. `make PYTHON=python3.12` chooses one; else tools/venv.sh does.
PYTHON ?=

# Where work runs: `make repro WORKERS=2`, or the address of a Dask scheduler. See docs/large.md.
WORKERS ?=
ifneq ($(WORKERS),)
export TINYDATASETS_WORKERS := $(WORKERS)
endif

# DVC fails at names that are not ASCII where the locale is: all Python here takes UTF-8.
export PYTHONUTF8 := 1

# DVC unpickles from this folder, which by default everybody on the machine can write to: see
# docs/SECURITY.md. tools.repair makes it, for its owner alone.
export DVC_SITE_CACHE_DIR ?= $(CURDIR)/.dvc/tmp/site

# The stages run `python`: let it be the one that has what they need.
export PATH := $(CURDIR)/.venv/bin:$(PATH)

.PHONY: repro test validate screenshots check new leaks curves transformers learn lesson test-pytorch milestones measure large lint portability faults fuzz bench lock schema release stick help clean FORCE

repro: .venv/.ready  ## build every dataset of params.yaml, its baselines, its papers and the report
	@python -m tools.repair
	@python -m stages.check --out build/checked
	@python -m tools.reproduce
	@python -m tools.leftovers
	@if [ -n "$$(git status --porcelain params.yaml dvc.lock data datasets docs/paper.md metrics report 2>/dev/null)" ]; then \
	  echo "To keep this, commit params.yaml, dvc.lock, data/, datasets/, docs/paper.md, metrics/ and report/. No DVC remote is needed."; \
	else \
	  echo "Everything is built. There is nothing to commit, and no DVC remote is needed."; \
	fi

curves: .venv/.ready  ## train for the learning curves: 5 minutes, or nothing to do
	@python -m tools.repair
	@python -m experiments.check
	dvc repro experiments/curves/dvc.yaml

lesson: .venv/.ready  ## write the page of the first lesson, lesson/index.html
	@python -m tools.repair
	dvc repro lesson/dvc.yaml

# The environment whose `python` has PyTorch too.
WITH_PYTORCH = PATH="$(CURDIR)/.venv-milestones/bin:$$PATH"

transformers: .venv-milestones/.ready  ## train the transformers: 20 minutes with WORKERS=2, or nothing to do
	@python -m tools.repair
	@python -m experiments.check
	$(WITH_PYTORCH) dvc repro experiments/transformers/dvc.yaml

learn: .venv-milestones/.ready  ## train one transformer on a text, and show what it answers: make learn TEXT=mine
	@$(WITH_PYTORCH) python -m experiments.transformers.learn "$$TEXT" --unit "$${UNIT:-words}"

test-pytorch: .venv-milestones/.ready  ## run the tests and checks that need PyTorch
	$(WITH_PYTORCH) mypy --follow-imports=silent experiments milestones tests/transformers/with_pytorch tests/milestones
	$(WITH_PYTORCH) python -m pytest -o addopts="--doctest-modules -ra" tests/transformers/with_pytorch experiments/transformers tests/milestones milestones

milestones: .venv-milestones/.ready  ## run the historic programs that need no network: 1 minute
	@$(WITH_PYTORCH) python -m milestones.run_all

measure: .venv-milestones/.ready  ## measure what to expect of the historic programs: 3 minutes, or nothing to do
	@python -m tools.repair
	$(WITH_PYTORCH) dvc repro milestones/dvc.yaml

# The validators of others, each in an environment of its own, because some exclude each other.
VALIDATORS = croissant hub licences citation report lesson recipes wheel
.PRECIOUS: .venv-validators/%/.ready

validate: $(VALIDATORS:%=validate-%)  ## check papers and pages with validators and browsers, and run the recipes: 7 minutes

validate-%: .venv-validators/%/.ready
	.venv-validators/$*/bin/python -m pytest -c tests/validators/pytest.ini --rootdir . --noconftest \
	  tests/validators/test_$*.py

screenshots: .venv-validators/report/.ready  ## take the pictures of the report and the lesson for the docs
	.venv-validators/report/bin/python -m tests.validators.screenshots

test: .venv/.large  ## run the tests
	python -m pytest

check: .venv/.ready  ## check params.yaml, and build nothing
	@python -m stages.check

# Make exports the variables of its command line: the shell takes them whole, whatever is in them.
new: .venv/.ready  ## print the entries for a dataset of your own images: make new NAME=leaves FROM=path/to/folder
	@python -m tools.new "$$NAME" "$$FROM"

leaks: .venv/.ready  ## count test images of a dataset that are training images of another
	@python -m tools.leaks

large: .venv/.large  ## install what Dask and sources larger than memory need

lint: .venv/.large  ## check format, style and types
	ruff format --check
	ruff check
	mypy

portability: .venv/.ready  ## rebuild in other environments and compare every file: 8 minutes
	python -m tests.portability.grid
	python -m tests.portability.processors

faults: .venv/.ready  ## kill 100 runs and check that each is repaired: 8 minutes
	FAULTS=1 python -m pytest tests/faults/test_kills.py

fuzz: .venv/.ready  ## test the readers with generated input, for longer than `make test` does
	FUZZ_EXAMPLES=30000 python -m pytest tests/test_fuzz.py

bench: .venv/.ready  ## measure the figures of docs/benchmarks.md: 25 minutes, 8 GB of disk
	python -m benchmarks.speed
	python -m benchmarks.scale

LOCK = uv pip compile pyproject.toml --universal --python-version 3.10 --generate-hashes \
  --no-emit-index-url --no-emit-find-links --no-annotate --upgrade \
  --custom-compile-command "make lock"
lock: .venv/.ready  ## update requirements/pipeline.txt and requirements/large.txt to the newest versions
	$(LOCK) --extra pipeline --extra fetch --extra dev --output-file requirements/pipeline.txt
	$(LOCK) --extra dask --extra large --constraint requirements/pipeline.txt \
	  --output-file requirements/large.txt

schema: .venv/.ready  ## update stages/params/params.schema.json after a change of the model of params.yaml
	python -m tools.schema --out stages/params/params.schema.json

release: .venv/.ready validate-wheel  ## build the wheel with its sums in build/release, and tag the commit
	@python -m tools.release $(if $(REHEARSAL),--rehearsal yes)

stick: .venv/.ready  ## write build/stick, a folder for a class without a network: make stick SYSTEMS="win_amd64 macosx_14_0_arm64"
	@python -m tools.stick "$$SYSTEMS" "$${PYTHONS:-3.11 3.12 3.13 3.14}"

help:  ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' Makefile

clean:  ## remove the environments and everything that `make repro` can build again outside Git
	rm -rf .venv .venv-milestones .venv-validators build .dvc/cache .dvc/tmp

# pip compiles bytecode as it installs, whatever PYTHONDONTWRITEBYTECODE says; without it
# scikit-learn takes three times as long to import, in every run.
.venv/.ready: .venv/pyvenv.cfg requirements/pipeline.txt requirements/data.txt pyproject.toml tools/hatch_build.py
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
	  --requirement requirements/pipeline.txt
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
	  --no-deps --ignore-requires-python --requirement requirements/data.txt
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps \
	  --no-build-isolation --editable .
	.venv/bin/python -m compileall -q stages tools tinydatasets
	touch $@

.venv/.large: .venv/.ready requirements/large.txt
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
	  --requirement requirements/large.txt
	touch $@

.venv-milestones/.ready: .venv/.ready requirements/milestones.txt
	.venv/bin/python -m venv .venv-milestones
	.venv-milestones/bin/python -m pip install --quiet --disable-pip-version-check \
	  --requirement requirements/milestones.txt
	.venv-milestones/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
	  --requirement requirements/pipeline.txt
	.venv-milestones/bin/python -m pip install --quiet --disable-pip-version-check --no-deps \
	  --no-build-isolation --editable .
	touch $@

.venv-validators/%/.ready: tests/validators/requirements-%.txt .venv/.ready
	.venv/bin/python -m venv .venv-validators/$*
	.venv-validators/$*/bin/python -m pip install --quiet --disable-pip-version-check \
	  --requirement $<
	touch $@

# Looked at each time, and made anew if it is of a Python that doesn't fit.
.venv/pyvenv.cfg: FORCE
	@sh tools/venv.sh "$(PYTHON)"
