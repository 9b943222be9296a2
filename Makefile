# Everything runs in virtual environments that these targets make; nothing is installed elsewhere.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
SAM := .venv-sam/bin/sam

.PHONY: setup demo test unit lint lint-security types generate check bundle build validate bench bench-coldstart bench-runtime bench-warm bench-scale bench-patterns bench-inspection bench-custodian cloud e2e sam-local invoke lock clean

setup: $(VENV)/.ready

$(VENV)/.ready: requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

.venv-sam/.ready: requirements/sam.txt
	$(PYTHON) -m venv .venv-sam
	.venv-sam/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/sam.txt
	touch $@

.venv-cloud/.ready: requirements/cloud.txt
	$(PYTHON) -m venv .venv-cloud
	.venv-cloud/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/cloud.txt
	touch $@

demo: setup  ## replay every sample event through the real handlers against an embedded AWS
	$(BIN)/firedoor demo

test: setup  ## all tests
	$(BIN)/pytest -n 2

lint: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

.venv-security/.ready: requirements/security.txt
	$(PYTHON) -m venv .venv-security
	.venv-security/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/security.txt
	touch $@

lint-security: .venv-security/.ready  ## checkov on both templates; what it is told to skip stands there with its reason
	.venv-security/bin/checkov --framework cloudformation --skip-download --quiet --compact \
		--file template.yaml --file deploy/member.yaml

types: setup
	$(BIN)/mypy functions/firedoor

generate: setup  ## rules, policies, schema and pages that follow from playbooks and actions
	$(BIN)/firedoor generate

check: setup  ## the playbooks: form, patterns, and their own tests
	$(BIN)/firedoor check
	$(BIN)/firedoor test

bundle: setup
	$(BIN)/firedoor check --bundle .build/layer/firedoor/bundle.json

validate: .venv-sam/.ready
	SAM_CLI_TELEMETRY=0 $(SAM) validate --lint

build: bundle validate
	SAM_CLI_TELEMETRY=0 $(SAM) build

cloud: bundle .venv-cloud/.ready .venv-sam/.ready  ## an emulated AWS on this machine, with the stack deployed to it
	$(BIN)/python local/cloud.py

sam-local: build  ## what `sam local invoke` runs, for people with Docker
	@$(BIN)/python local/docker.py

invoke: bundle .venv-cloud/.ready .venv-sam/.ready  ## FUNCTION=classify EVENT=events/….json: a built function under Lambda's runtime interface
	@$(BIN)/python local/invoke.py "$(FUNCTION)" "$(EVENT)"

e2e: bundle .venv-cloud/.ready .venv-sam/.ready  ## deploy to the emulated AWS and test through the deployed stack
	$(BIN)/pytest tests/cloud

bench: bench-coldstart bench-runtime bench-warm bench-custodian bench-scale bench-patterns bench-inspection  ## docs/performance.md says what the tables mean

bench-coldstart: setup
	$(BIN)/python benchmarks/bench_coldstart.py

bench-runtime: setup bundle .venv-cloud/.ready .venv-sam/.ready  ## cold starts of the built functions under Lambda's runtime interface
	$(BIN)/python benchmarks/bench_runtime.py

bench-warm: setup
	$(BIN)/python benchmarks/bench_warm.py

.venv-custodian/.ready: requirements/custodian.txt
	$(PYTHON) -m venv .venv-custodian
	.venv-custodian/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/custodian.txt
	touch $@

bench-custodian: setup .venv-custodian/.ready
	$(BIN)/python benchmarks/bench_custodian.py

bench-scale: setup
	$(BIN)/python benchmarks/bench_scale.py

bench-patterns: setup
	$(BIN)/python benchmarks/bench_patterns.py

bench-inspection: setup  ## with DATA=train.jsonl.gz also the injection signal by source (needs numpy, scipy, scikit-learn)
	$(BIN)/python benchmarks/bench_inspection.py
	$(BIN)/python benchmarks/bench_injection.py $(DATA)
	$(BIN)/python benchmarks/bench_pii.py

COMPILE := $(BIN)/uv pip compile pyproject.toml --quiet --generate-hashes --no-emit-index-url --no-header
# boto3 and what it needs come with the Lambda runtime.
RUNTIME := boto3 botocore s3transfer urllib3 python-dateutil six

lock: setup  ## choose versions anew
	$(COMPILE) --group dev --python-version 3.11 --output-file requirements/dev.txt
	$(BIN)/uv pip compile --group sam --quiet --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
		--output-file requirements/sam.txt
	$(BIN)/uv pip compile --group security --quiet --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
		--output-file requirements/security.txt
	$(BIN)/uv pip compile --group custodian --quiet --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
		--output-file requirements/custodian.txt
	$(BIN)/uv pip compile --group cloud --quiet --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
		--output-file requirements/cloud.txt
	$(COMPILE) --python-version 3.14 --python-platform aarch64-manylinux_2_28 $(RUNTIME:%=--no-emit-package %) \
		--output-file functions/requirements.txt

clean:
	rm -rf .venv .venv-sam .venv-security .venv-custodian .venv-cloud .aws-sam .build
