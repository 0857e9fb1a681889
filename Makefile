# Every target installs its dependencies: a new machine needs python3 (3.11 or newer), make, git and terraform.

PYTHON ?= python3
# More than processors: workers also wait, mostly for CloudFormation. Eight take about ten gigabytes of memory.
WORKERS ?= 8
VENV := .venv
# Separate: Checkov pins an older boto3 than the sandbox requires.
CHECKOV_VENV := .venv-checkov
PIP_OPTIONS := install --quiet --disable-pip-version-check --no-compile --require-hashes --requirement
# Empty: where the environment forbids bytecode, every process would compile moto and the tests again, for six seconds.
RUN := PYTHONDONTWRITEBYTECODE= PYTHONPATH="$(CURDIR)/scripts:$(CURDIR)/tests:$(CURDIR)" $(VENV)/bin/python

# The ones of this repository, and the recipe for those of users.
WORKFLOWS := $(wildcard .github/workflows/*.yaml) examples/pipelines/github-actions/systems-manager.yaml

# Needs no package, and shows what is silent for long.
RUNNING := PYTHONPATH="$(CURDIR)/scripts:$(CURDIR)" $(PYTHON) -m tools.running

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^## / { sub("## ", ""); print "\n" $$0 } /^[a-z-]+:.*## / { printf "  make %-22s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

## Try it

.PHONY: demo
demo: $(VENV)/.sandbox terraform ## Apply examples/complete to an organization on this machine, show the results, destroy it (EXAMPLE=recommended)
	@$(RUN) -m tools.demo.command $(if $(EXAMPLE),--example $(EXAMPLE))

.PHONY: sandbox
sandbox: $(VENV)/.sandbox terraform ## Run an organization on this machine, to run Terraform against (Ctrl-C stops it)
	@$(RUN) -m tools.demo.sandbox $(if $(SCENARIO),--scenario $(SCENARIO))

## Check

.PHONY: test
test: $(VENV)/.test $(CHECKOV_VENV)/.scan terraform ## Run all tests (WORKERS: number of processes, PYTEST_ARGUMENTS: for pytest)
	@$(RUN) -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder $(PYTEST_ARGUMENTS)

.PHONY: test-browser
test-browser: $(VENV)/.browser ## Test the HTML report in Chromium, which has to be installed
	@$(RUN) -m pytest tests/browser $(PYTEST_ARGUMENTS)

.PHONY: lint
lint: $(VENV)/.lint $(VENV)/.bench terraform ## Check format, style, types, imports, workflows, assumptions and the generated parts of every README
	@$(VENV)/bin/ruff check
	@$(VENV)/bin/ruff format --check
	@$(RUN) -m tools.running mypy $(VENV)/bin/mypy
	@terraform fmt -check -recursive
	@PYTHONPATH=scripts $(VENV)/bin/lint-imports --no-cache
	@$(VENV)/bin/check-jsonschema --quiet --builtin-schema vendor.github-workflows $(WORKFLOWS)
	@$(VENV)/bin/check-jsonschema --quiet --builtin-schema vendor.dependabot .github/dependabot.yml
	@$(VENV)/bin/check-jsonschema --quiet --builtin-schema vendor.gitlab-ci --data-transform gitlab-ci examples/pipelines/gitlab/.gitlab-ci.yml
	@$(VENV)/bin/zizmor --offline --quiet --no-progress $(WORKFLOWS) .github/dependabot.yml
	@$(RUN) -m tools.folders
	@$(RUN) -m tools.docs.command --check
	@$(RUN) -m tools.assumptions.command --check
	@$(RUN) -m tools.quick_setup_documents.page --check

.PHONY: scan
scan: $(VENV)/.test $(CHECKOV_VENV)/.scan terraform ## Scan the code and every example's plan with Checkov and policies/
	@$(RUN) -m tools.scan.command

.PHONY: interface
interface: $(VENV)/.test ## Compare inputs, outputs, addresses, commands and findings with those of the last release (WRITE=1)
	@$(RUN) -m tools.interface.command $(if $(WRITE),--write)

.PHONY: release-states
release-states: $(VENV)/.test terraform ## Apply every example, and write the states for the test of the upgrade from this release (RELEASE: another commit)
	@$(RUN) -m tools.release_states.command $(if $(RELEASE),--release $(RELEASE))

.PHONY: release
release: $(VENV)/.test ## Check that this commit can be released as TAG, and write its archive, checksum and notes
	@$(RUN) -m tools.release.command "$(TAG)"

## Examine

.PHONY: faults
faults: $(VENV)/.test terraform ## Apply the examples from every start, through every interruption, to every end (EXAMPLE, ONLY, WALKS, SEED, PROCESSES, RESTART, BREAKS)
	@$(RUN) -m tools.faults.command $(if $(EXAMPLE),--example $(EXAMPLE)) $(if $(ONLY),--only '$(ONLY)') $(if $(WALKS),--walks $(WALKS)) $(if $(SEED),--seed $(SEED)) $(if $(PROCESSES),--processes $(PROCESSES)) $(if $(RESTART),--restart) $(if $(BREAKS),--breaks)

.PHONY: rules
rules: $(VENV)/.test terraform ## Check the validations of inputs against the services, with faults seeded in each
	@$(RUN) -m tools.rules.command

.PHONY: moto-tests
moto-tests: $(VENV)/.moto-tests ## Run moto's own tests against the sandbox, and print them by service and reason (ONLY=iam)
	@$(RUN) -m tools.moto_tests.command $(if $(ONLY),--only $(ONLY))

.PHONY: reports
reports: $(VENV)/.test ## Print the public reports that the tests have as cases, each with its test
	@$(RUN) -m tools.reports.command

.PHONY: probe
probe: $(VENV)/.test ## Check assumptions about AWS, in the sandbox or by AWS_PROFILE (ONLY, FALSIFY; WRITE=1 ACCOUNT TARGET; UNMASKED=1)
	@$(RUN) -m tools.probe.command $(if $(ONLY),--only $(ONLY)) $(if $(FALSIFY),--falsify $(FALSIFY)) $(if $(UNMASKED),--unmasked) \
	  $(if $(WRITE),--write $(if $(ACCOUNT),--account $(ACCOUNT)) $(if $(TARGET),--target $(TARGET)))

.PHONY: bench
bench: $(VENV)/.bench terraform ## Measure the module and its scripts (ONLY=terraform, growth, preflight, compliance; BASELINE: another commit; WRITE=1)
	@$(RUN) -m tools.bench.command $(if $(ONLY),--only $(ONLY)) $(if $(BASELINE),--baseline $(BASELINE)) $(if $(WRITE),--write)

## Write generated files

.PHONY: docs
docs: $(VENV)/.test ## Write the generated parts of every README from the Terraform files, and the pages of assumptions and known issues
	@$(RUN) -m tools.docs.command
	@$(RUN) -m tools.assumptions.command
	@$(RUN) -m tools.quick_setup_documents.page

.PHONY: site
site: $(VENV)/.site ## Write the documentation as a site that needs no network, in .cache/site/html; check every link
	@$(RUN) -m tools.site.command

.PHONY: pictures
pictures: $(VENV)/.browser demo docs ## Write the README's diagram, and the screenshot of the demo's report, for which Chromium has to be installed
	@$(RUN) -m tools.docs.screenshot

.PHONY: iam
iam: $(VENV)/.test terraform ## Write the IAM policies of docs/iam from the examples' calls (CHECK=1, SWEEP=1)
	@$(RUN) -m tools.iam.command $(if $(CHECK),--check) $(if $(SWEEP),--sweep)

.PHONY: provider-schema
provider-schema: $(VENV)/.test ## Write the schema of what the module uses in the newest known AWS provider
	@$(RUN) -m tools.provider.schema

.PHONY: quick-setup-documents
quick-setup-documents: $(VENV)/.test ## Write the facts of AWS's public Quick Setup documents (SOURCE: a checkout of them)
	@$(RUN) -m tools.quick_setup_documents.command $(SOURCE)

.PHONY: lock
lock: $(VENV)/.lint ## Compile the pinned requirements
	@$(VENV)/bin/pip-compile --version >/dev/null 2>&1 || $(VENV)/bin/python -m pip install --quiet pip-tools
	@cd requirements && for name in pip sandbox test lint browser bench scan site moto-tests; do \
	  ../$(VENV)/bin/pip-compile --quiet --upgrade --generate-hashes --allow-unsafe --strip-extras --no-header \
	    --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options \
	    --output-file $$name.txt $$name.in || exit 1; \
	done && ../$(VENV)/bin/pip-compile --quiet --generate-hashes --strip-extras --no-header --no-annotate \
	  --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options \
	  --output-file ../examples/pipelines/requirements.txt pipelines.in

## Clean up

.PHONY: clean
clean: ## Remove everything that make and the tools created
	@rm -rf $(VENV) $(CHECKOV_VENV) .cache .mypy_cache .pytest_cache .ruff_cache
	@find . -name .git -prune -o \( -name __pycache__ -o -name .terraform \) -type d -prune -exec rm -rf {} +

.PHONY: terraform
terraform:
	@command -v terraform >/dev/null || { \
	  echo "terraform is not on PATH: install Terraform 1.9 or newer, https://developer.hashicorp.com/terraform/install" >&2; exit 1; }

$(VENV)/bin/python $(CHECKOV_VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "$(PYTHON) is missing or older than 3.11: set another with make PYTHON=python3.12" >&2; exit 1; }
	@echo "Creating $(@D:/bin=)"
	@$(RUNNING) "Creating $(@D:/bin=)" $(PYTHON) -m venv $(@D:/bin=)
	@$@ -m pip $(PIP_OPTIONS) requirements/pip.txt

$(VENV)/.lint $(VENV)/.moto-tests $(VENV)/.browser $(VENV)/.site: $(VENV)/.test
$(VENV)/.bench: $(VENV)/.browser

define install
@echo "Installing $<"
@$(RUNNING) "Installing $<" $(@D)/bin/python -m pip $(PIP_OPTIONS) $<
@touch $@
endef

$(VENV)/.%: requirements/%.txt | $(VENV)/bin/python
	$(install)

$(CHECKOV_VENV)/.scan: requirements/scan.txt | $(CHECKOV_VENV)/bin/python
	$(install)
