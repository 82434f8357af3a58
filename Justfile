# strata: create, run and delete AWS batch-data pipelines. `just` alone lists the recipes.
# target=local (the default, or TARGET=local) works on the local endpoint; target=aws on a real account.

set positional-arguments
# Recipes run in the current folder: its pipeline.json is the default.
set no-cd
set no-exit-message

# The default pipeline where the current folder has none; never with target=aws.
default_pipeline := "driven-data"

# Arguments before the recipe apply to the whole command, too: just pipeline=NAME env=NAME target=aws up
pipeline := ""
env := ""
target := ""

home := source_directory()
entry := "STRATA_AS=just " + quote(home / "scripts/strata") + said
said := (if pipeline == "" { "" } else { " pipeline=" + quote(pipeline) }) + (if env == "" { "" } else { " env=" + quote(env) }) + (if target == "" { "" } else { " target=" + quote(target) })

[private]
default:
    @just --justfile {{quote(justfile())}} --list --unsorted

# Start a pipeline of your own in this folder, from a CSV file: just new shop input=orders.csv
[group('pipeline')]
new *words:
    @{{entry}} new "$@"

# Create or update every layer; airflow=real runs Apache Airflow, airflow=serverless a workflow; target=aws asks first, unless `yes` is given
[group('pipeline')]
up *words:
    @{{entry}} up "$@"

# Run one day: upload its input (input=FILE date=DAY), or generate it; crawl, transform; `rebuild`: all slices; from=failed: continue the last run
[group('pipeline')]
run *words:
    @{{entry}} run "$@"

# Run one day in Airflow (after `just up airflow=real`, airflow=serverless, or on MWAA) and wait; also from=DAY to=DAY
[group('pipeline')]
dag *words:
    @{{entry}} dag "$@"

# Count the rows of every table and show a sample, or answer a question: just query "SELECT ..."
[group('pipeline')]
query *words:
    @{{entry}} query "$@"

# Delete everything, then list every service again and report what is left
[group('pipeline')]
down *words:
    @{{entry}} down "$@"

# Show what `up` would change, per resource and field; nothing is touched
[group('pipeline')]
plan *words:
    @{{entry}} plan "$@"

# Show what exists and what drifted
[group('pipeline')]
status *words:
    @{{entry}} status "$@"

# Run one verb of one layer: just layer storage plan
[group('one layer')]
layer *words:
    @{{entry}} layer "$@"

# List the newest runs of the DAG, or the tasks of one: --run ID
[group('airflow')]
dag-runs *words:
    @{{entry}} dag-runs "$@"

# Print the log of a task: [TASK] [--run ID] [--try N]; by default of the tasks that failed
[group('airflow')]
dag-logs *words:
    @{{entry}} dag-logs "$@"

# Print a login link to Airflow's web interface, valid for a minute; --open opens it in a browser
[group('airflow')]
dag-ui *words:
    @{{entry}} dag-ui "$@"

# Check that everything the DAGs use is in the document; makes no AWS call
[group('airflow')]
dag-check *words:
    @{{entry}} dag-check "$@"

# Set an Airflow Variable to what is on stdin; `just layer airflow variables list` shows them
[group('airflow')]
dag-variable *words:
    @{{entry}} dag-variable "$@"

# Start the local AWS endpoint; weather=SEED injects AWS faults, latency=MS delays each call
[group('local endpoint')]
start *words:
    @{{entry}} start "$@"

# Stop the local endpoint, and everything that it started
[group('local endpoint')]
stop *words:
    @{{entry}} stop "$@"

# Show the calls that the local endpoint answered
[group('local endpoint')]
logs *words:
    @{{entry}} logs "$@"

# Compile the programs that the pipeline needs; every recipe above does so first (the first build takes a while)
[group('check')]
build *words:
    @{{entry}} build "$@"

# Compile all programs
[group('check')]
build-all:
    @cd {{quote(home)}} && cargo build --release --workspace --bins --locked

# Run the tests within half an hour, against endpoints of their own; `full`: every point of every test
[group('check')]
test *words: build-all
    @{{quote(home)}}/scripts/test "$@"

# Check formatting, lints, house rules and the schema
[group('check')]
check:
    cd {{quote(home)}} && cargo fmt --all --check
    cd {{quote(home)}} && cargo clippy --release --workspace --all-targets --locked -- -D warnings
    {{quote(home)}}/scripts/tidy
    {{quote(home)}}/scripts/schema --check

# Run everything that CI runs
[group('check')]
ci: check test

# Run benchmarks, as ratios in one run: chain against floor, datagen against Faker, transforms against DuckDB, starts
[group('bench')]
bench *which: build-all
    @{{quote(home)}}/scripts/bench/run "$@"
