# Continuity: every verb sets up what it needs; nothing has to be installed by hand.
PYTHON ?= python3.11
VENV   := .venv
BIN    := $(VENV)/bin
UV     := $(BIN)/uv
LOCK   := $(UV) pip compile -q --python-version 3.11 --generate-hashes --no-header --no-annotate

# Compiled modules are kept, whatever this machine is set to: tests and benchmarks start hundreds of processes.
unexport PYTHONDONTWRITEBYTECODE
export UV_COMPILE_BYTECODE := 1

# Which locked set a verb needs; the stamp files make a second call cheap.
RUN_STAMP  := $(VENV)/.run-set
DEV_STAMP  := $(VENV)/.dev-set
S3_STAMP   := .venv-s3/.set
READ_STAMP := $(VENV)/.read

.PHONY: help setup demo serve test test-s3 check audit bench crash storm fuzz soak mutation proof lock clean

help:  ## this list
	@grep -E '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

$(VENV)/.uv: requirements/uv.txt
	@echo "setting up $(VENV), once: a minute, more where it is slow or the packages are far"
	@$(PYTHON) -m venv $(VENV) || { echo "make: '$(PYTHON) -m venv' failed; on Debian: apt-get install python3 python3-venv make (or name another interpreter: make PYTHON=python3)"; exit 1; }
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

$(RUN_STAMP): $(VENV)/.uv requirements/run.txt pyproject.toml
	@test -e $(DEV_STAMP) || $(UV) pip sync -q --python $(BIN)/python --require-hashes requirements/uv.txt requirements/run.txt
	@$(UV) pip install -q --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV_STAMP): $(VENV)/.uv requirements/dev.txt pyproject.toml
	@$(UV) pip sync -q --python $(BIN)/python --require-hashes requirements/uv.txt requirements/dev.txt
	@$(UV) pip install -q --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@ $(RUN_STAMP)

# The S3 server the tests start lives apart: it pins libraries of its own.
$(S3_STAMP): requirements/s3.txt $(VENV)/.uv
	@$(PYTHON) -m venv .venv-s3
	@$(UV) pip sync -q --python .venv-s3/bin/python --require-hashes requirements/s3.txt
	@touch $@

setup: $(RUN_STAMP)  ## the environment alone
demo: setup  ## the whole story on embedded defaults; KEEP=1 leaves it running
	@$(BIN)/continuity demo $(if $(KEEP),--keep)
serve: setup  ## service, worker and sandbox to play with
	@$(BIN)/continuity serve --with-worker --with-sandbox
# A fresh clone is compiled, tests and all, by one process: each of those that test would do it again at the same moment.
$(READ_STAMP): $(DEV_STAMP)
	@$(BIN)/python -m pytest --collect-only -q -q > /dev/null || true
	@touch $@
test: $(DEV_STAMP) $(S3_STAMP) $(if $(T),,$(READ_STAMP))  ## all tests; T=path or ARGS="-k word" narrow them
	@$(BIN)/python -m pytest $(if $(T),$(T),-n 4 --dist loadfile --no-loadscope-reorder) $(ARGS)
# What rests on a bucket. S3=host:port asks a server that runs, with its S3_ACCESS_KEY and S3_SECRET_KEY from the environment.
S3_TESTS := tests/registry/blobs/test_blobs_in_a_bucket.py tests/registry/erasing/test_erasure_in_a_bucket.py \
	tests/registry/log/test_bucket_marks.py tests/crash/test_bucket_away.py tests/crash/test_marks_in_a_bucket.py
test-s3: $(DEV_STAMP) $(S3_STAMP)  ## what rests on a bucket, against Ceph (apt installs it) or S3=host:port
	@$(if $(S3),,$(BIN)/python -m tests.servers.ceph)
	@$(BIN)/python -m pytest --s3=$(or $(S3),ceph) $(or $(T),$(S3_TESTS)) $(ARGS)
check: $(DEV_STAMP)  ## format, lint, types, imports, known holes
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@mkdir -p build && $(BIN)/python -m tests.api.tools.blocks > build/doc_blocks.py && $(BIN)/mypy build/doc_blocks.py
	@$(BIN)/lint-imports
	@$(BIN)/python -m tests.architecture.advisories
audit: $(DEV_STAMP)  ## what is locked against known holes; DATABASE=folder reads a copy of PyPA's advisory database too
	@$(BIN)/python -m tests.architecture.advisories $(if $(DATABASE),--database $(DATABASE))
# TERRACE: two services and two workers on PostgreSQL and a bucket, one of each killed while so many generations run.
# RESTARTS: PostgreSQL crashes so many times under load. PROJECTIONS: a writer dies so often, on each engine, while it fills its views.
CRASHES = $(or $(if $(TERRACE),--terrace $(TERRACE)),$(if $(RESTARTS),--restarts $(RESTARTS)),$(if $(PROJECTIONS),--projections $(PROJECTIONS)),$(if $(POWERCUT),--powercut $(POWERCUT)),$(if $(HOUSES),--houses $(HOUSES)),--kills $(or $(KILLS),2000))
crash: $(DEV_STAMP) $(S3_STAMP)  ## kill workers (KILLS=2000), houses (HOUSES=1000), some of many (TERRACE=500), the database (RESTARTS=200), writers at their views (PROJECTIONS=1000), the power (POWERCUT=500)
	@$(BIN)/python -m tests.crash $(CRASHES) --seed $(or $(SEED),20261122) $(ARGS)
storm: $(DEV_STAMP)  ## nobody misses an event, one racer wins, one effect: EVENTS=50000 ROUNDS=2000 COMMANDS=2000 ENGINE=both
	@$(BIN)/python -m tests.storm storm --count $(or $(EVENTS),50000) --engine $(or $(ENGINE),both)
	@$(BIN)/python -m tests.storm race --count $(or $(ROUNDS),2000) --engine $(or $(ENGINE),both)
	@$(BIN)/python -m tests.storm repeat --count $(or $(COMMANDS),2000) --engine $(or $(ENGINE),both)
fuzz: $(DEV_STAMP)  ## requests made up from the OpenAPI document, the same to both engines: CASES=50000 ENGINE=both SEED=1
	@$(BIN)/python -m tests.fuzz --cases $(or $(CASES),50000) --engine $(or $(ENGINE),both) --seed $(or $(SEED),1)
soak: $(DEV_STAMP) $(S3_STAMP)  ## service and worker under load for hours: memory, files and WAL stay bounded: HOURS=8 ENGINE=sqlite
	@$(BIN)/python -m tests.soak --hours $(or $(HOURS),8) --engine $(or $(ENGINE),sqlite) $(ARGS)
mutation: $(DEV_STAMP)  ## break the code in every small way and count what no test notices: M=auth SAMPLE=200 TARGET=90 RESUME=1
	@$(BIN)/python -m tests.mutation --group $(or $(M),all) --sample $(or $(SAMPLE),0) --target $(or $(TARGET),90) $(if $(RESUME),--resume) $(ARGS)
proof: $(DEV_STAMP) $(S3_STAMP)  ## the full-size runs behind the published figures
	@$(BIN)/python -m benchmarks.body
	@$(BIN)/python -m benchmarks.compile
	@$(BIN)/python -m benchmarks.worker
	@$(MAKE) --no-print-directory storm EVENTS=1000000 ROUNDS=100000 COMMANDS=100000
	@$(BIN)/python -m tests.crash --kills 100000
	@$(BIN)/python -m tests.crash --powercut 500
	@$(BIN)/python -m tests.crash --terrace 500
	@$(BIN)/python -m tests.crash --restarts 200
	@$(BIN)/python -m tests.crash --projections 1000
	@$(BIN)/python -m pytest tests/crash/test_whole_life.py tests/generation tests/registry -n 4 --hypothesis-profile=proof
	@PROOF_POINTS=100 $(BIN)/python -m pytest tests/crash/test_restored_at_any_point.py
	@PROOF_EVENTS=50000 $(BIN)/python -m pytest tests/registry/log/test_rebuild_memory.py
	@PROOF_SHARE=1 $(BIN)/python -m pytest tests/registry/proof
bench: $(DEV_STAMP)  ## every benchmark with small sizes, ratios beside their aims; PAGE=1 takes the published sizes and writes docs/reference/benchmarks.md
	@$(BIN)/python -m benchmarks $(if $(PAGE),--large --write)
lock: $(VENV)/.uv  ## re-resolve the locked sets (hashes, no addresses)
	@$(LOCK) requirements/uv.in -o requirements/uv.txt
	@$(LOCK) requirements/s3.in -o requirements/s3.txt
	@$(LOCK) pyproject.toml requirements/build.in --extra media --extra mcp --extra otio --extra tsa --extra c2pa --extra report -o requirements/run.txt
	@$(LOCK) pyproject.toml requirements/build.in --extra media --extra mcp --extra otio --extra tsa --extra c2pa --extra report --extra otel --extra dev -o requirements/dev.txt
clean:  ## remove environments and caches
	@rm -rf $(VENV) .venv-s3 .mypy_cache .ruff_cache .import_linter_cache .mutation build *.egg-info
