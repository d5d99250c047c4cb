# Thin on purpose: the work is done by the miyabi program and by scripts/. The environment, .venv, makes itself
# once and whenever its lock changes; it needs Python 3.11 or later and nothing else.
.DEFAULT_GOAL := help
.PHONY: help synth plan cost prices rehearse doctor diagram report deploy adopt drift outputs status logs rotate restore frontend destroy migrate serve local package check test test-browser soak docs golden bench bench-doctor checkov lock clean

# Some shells keep the name of their start-up file in ENV; the name of an environment holds no slash.
ifeq ($(origin ENV),environment)
ENV := $(if $(findstring /,$(ENV)),,$(ENV))
endif

help: ## show this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  %-12s %s\n", $$1, $$2}' Makefile
	@echo "Names of environments go into ENV, other arguments into ARGS: make cost ENV=production ARGS='--format json'"

synth: .venv/.ready ## write the templates of every environment, or of ENV, to build/
	@.venv/bin/miyabi synth $(ENV) $(ARGS)

plan: .venv/.ready ## show what changes in ENV, or from A to B (ENV='A B'); that something changes is no failure
	@.venv/bin/miyabi plan $(ENV) $(ARGS) || { code=$$?; case $$code in 10|11|12) ;; *) exit $$code;; esac; }

cost: .venv/.ready ## estimate what ENV costs a month, line by line
	@.venv/bin/miyabi cost $(ENV) $(ARGS)

prices: .venv/.ready ## ask AWS for its prices, and write those that changed to cost/prices after showing them
	@.venv/bin/miyabi cost prices refresh $(ARGS)

rehearse: .venv/.ready ## deploy ENV on this machine, with a real database and its packaged functions, and call it
	@.venv/bin/miyabi rehearse $(ENV) $(ARGS)

doctor: .venv/.ready ## say what is wrong with ENV, how that is known, and what to do
	@.venv/bin/miyabi doctor $(ENV) $(ARGS)

diagram: .venv/.ready ## draw ENV from its templates, for draw.io and as SVG, in build/; production when left out
	@.venv/bin/miyabi diagram $(ENV) $(ARGS)

report: .venv/.ready ## write the status report of ENV, a page and Markdown, in build/; ARGS=--live asks AWS
	@.venv/bin/miyabi report $(ENV) $(ARGS)

deploy: ## bring ENV in AWS to what its settings say: package, stacks, migrations, smoke test
adopt: ## take what was made by hand into the stacks of ENV
drift: ## find what in ENV differs from its stacks
outputs: ## print what the stacks of ENV have made: names, ARNs, addresses
status: ## see how ENV is: stacks, versions, migrations, health, alarms
logs: ## read the logs of ENV; ARGS=--follow keeps reading
rotate: ## renew the secrets of ENV without a failed request
restore: ## bring the database of ENV back to a time: ARGS='--at TIME'
frontend: ## upload a built frontend to ENV: ARGS=FOLDER
destroy: ## delete ENV; what holds data takes an explicit word
deploy adopt drift outputs status logs rotate restore frontend destroy: .venv/.ready
	@.venv/bin/miyabi $@ $(ENV) $(ARGS)

migrate: .venv/.ready ## apply the migrations to DATABASE_URL, or to the database of ENV
	@.venv/bin/miyabi migrate up $(ENV) $(ARGS)

serve: .venv/.ready ## serve the API on this machine, with a database and a user, until Ctrl-C
	@.venv/bin/miyabi serve $(ARGS)

local: .venv/.ready ## run an AWS on this machine, for the AWS CLI and these commands, until Ctrl-C
	@.venv/bin/miyabi local up $(ARGS)

package: .venv/.ready ## build the zips that Lambda runs, to build/package/
	@.venv/bin/miyabi package $(ARGS)

check: .venv/.ready ## form, types, templates and their rules: what CI asks besides the tests
	@scripts/check

test: .venv/.ready ## run the tests, or those that ARGS names
	@scripts/test $(ARGS)

test-browser: .venv/.ready ## open the reports in a browser and judge them; ARGS=--require fails where there is none
	@scripts/test-browser $(ARGS)

soak: .venv/.ready ## run the long form of every sampled test, by hand
	@scripts/test --hypothesis-profile=soak $(ARGS)

docs: .venv/.ready ## write the generated parts of the documents anew
	@.venv/bin/python -m scripts.docs $(ARGS)

golden: .venv/.ready ## accept the templates as they are now as the golden ones
	@.venv/bin/miyabi synth --build tests/golden $(ARGS)

bench: .venv/.ready ## measure the budgets, side by side
	@scripts/bench $(ARGS)

bench-doctor: .venv/.ready ## give twins every fault, and count how often the doctor names it
	@.venv/bin/python -m scripts.bench_doctor $(ARGS)

checkov: .venv/.ready ## put the templates before checkov, a second pair of eyes
	@scripts/checkov $(ARGS)

lock: ## lock the dependencies anew after a change in setup.cfg; ARGS=--upgrade moves them all
	@scripts/lock $(ARGS)

clean: ## remove what the other targets wrote, except .venv
	@rm -rf build .cache .hypothesis *.egg-info tests/browser/node_modules
	@find . -name .venv -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.ready: requirements/dev.txt requirements/lambda.txt requirements/lambda-runtime.txt requirements/emulator.txt setup.cfg pyproject.toml
	@scripts/setup

# Scripts inside .venv name their folder and their interpreter: if either has moved away, it must be made anew.
ifneq ($(CURDIR),$(shell test -x .venv/bin/python && cat .venv/.ready 2>/dev/null))
.PHONY: .venv/.ready
endif
