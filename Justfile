# strata: stand up, run and take down AWS batch-data pipelines. `just` alone lists what there is.
# TARGET=local (the default) works on the endpoint that strata ships; TARGET=aws on a real account.

set positional-arguments

pipeline := env("PIPELINE", "pipelines/driven-data/pipeline.json")
export PIPELINE_FILE := pipeline
export TARGET := env("TARGET", "local")

[private]
default:
    @just --list --unsorted

# Make every layer as the pipeline asks, and save the document as state.json; airflow=real runs Apache Airflow, airflow=serverless a workflow
[group('pipeline')]
up *words: build
    @scripts/up "$@"

# Bring a day's input (generated, or input=FILE date=DAY), crawl, transform, crawl again; `rebuild`: make every day anew
[group('pipeline')]
run *words: build
    @scripts/run "$@"

# The same in Airflow (of `just up airflow=real`, airflow=serverless, or MWAA): bring a day's input, start the DAG for it, wait; also from=DAY to=DAY
[group('pipeline')]
dag *words: build
    @scripts/dag "$@"

# Count the rows of every table and show a sample, or answer a question: just query "SELECT ..."
[group('pipeline')]
query *sql: build
    @scripts/query "$@"

# Take everything down, then look everywhere again and say what is left
[group('pipeline')]
down *words: build
    @scripts/down "$@"

# Show what `up` would change, per resource and field; nothing is touched
[group('pipeline')]
plan: build
    @scripts/plan

# Show what exists and what drifted
[group('pipeline')]
status: build
    @scripts/status

# One verb of one layer: just layer storage plan
[group('one layer')]
layer name verb *words: build
    @scripts/layer "$@"

# The newest runs of the DAG; the tasks of one: --run ID
[group('airflow')]
dag-runs *words: build
    @scripts/layer airflow runs "$@"

# What a task printed: [TASK] [--run ID] [--try N]; without a task, what failed
[group('airflow')]
dag-logs *words: build
    @scripts/layer airflow logs "$@"

# A login to Airflow's web interface, good for a minute; --open for a browser
[group('airflow')]
dag-ui *words: build
    @scripts/layer airflow ui "$@"

# Prove that all that the DAGs use is in the document; asks nobody
[group('airflow')]
dag-check: build
    @target/release/airflow check < "$PIPELINE_FILE"

# Set an Airflow Variable to what is on stdin; `just layer airflow variables list` shows them
[group('airflow')]
dag-variable key: build
    @scripts/variable "$@"

# Start the local AWS endpoint
[group('local endpoint')]
start: build
    @target/release/local start

# Stop it, and everything that it started
[group('local endpoint')]
stop: build
    @target/release/local stop

# Show the calls that it answered
[group('local endpoint')]
logs: build
    @target/release/local logs

# Compile all programs (the first time takes a while: the AWS SDKs and polars are large)
[group('check')]
build:
    @cargo build --release --workspace --bins --locked

# Run all tests, against endpoints of their own; then check rights and requests by what they recorded
[group('check')]
test *words: build
    @scripts/test "$@"

# Formatting, lints, house rules and the schema
[group('check')]
check:
    cargo fmt --all --check
    cargo clippy --release --workspace --all-targets --locked -- -D warnings
    scripts/tidy
    scripts/schema --check

# Everything that CI runs
[group('check')]
ci: check test

# Measure, as ratios in one run: chain against floor, datagen against Faker, transforms against DuckDB, starts
[group('bench')]
bench *which: build
    @scripts/bench/run "$@"
