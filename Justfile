# strata: stand up, run and take down AWS batch-data pipelines. `just` alone lists what there is.
# target=local (the default, or TARGET=local) works on the endpoint that strata ships; target=aws on a real account.

set positional-arguments
# Recipes run where the person stands: a pipeline.json there is the one that is meant.
set no-cd
set no-exit-message

# The pipeline where none is named and none is in this folder; never with target=aws.
default_pipeline := "driven-data"

# Words before the recipe hold for the whole command, too: just pipeline=NAME env=NAME target=aws up
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

# Make every layer as the pipeline asks, and save the document in .strata/; airflow=real runs Apache Airflow, airflow=serverless a workflow; with target=aws it shows the plan and asks, `yes` does not
[group('pipeline')]
up *words:
    @{{entry}} up "$@"

# Bring a day's input (input=FILE date=DAY; generated where that day has none), crawl, transform, crawl again; `rebuild`: rebuild all days; from=failed: go on where the last run stopped
[group('pipeline')]
run *words:
    @{{entry}} run "$@"

# The same in Airflow (of `just up airflow=real`, airflow=serverless, or MWAA): bring a day's input, start the DAG for it, wait; also from=DAY to=DAY
[group('pipeline')]
dag *words:
    @{{entry}} dag "$@"

# Count the rows of every table and show a sample, or answer a question: just query "SELECT ..."
[group('pipeline')]
query *words:
    @{{entry}} query "$@"

# Take everything down, then look everywhere again and say what is left
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

# One verb of one layer: just layer storage plan
[group('one layer')]
layer *words:
    @{{entry}} layer "$@"

# The newest runs of the DAG; the tasks of one: --run ID
[group('airflow')]
dag-runs *words:
    @{{entry}} dag-runs "$@"

# What a task printed: [TASK] [--run ID] [--try N]; without a task, what failed
[group('airflow')]
dag-logs *words:
    @{{entry}} dag-logs "$@"

# A login to Airflow's web interface, good for a minute; --open for a browser
[group('airflow')]
dag-ui *words:
    @{{entry}} dag-ui "$@"

# Prove that all that the DAGs use is in the document; asks nobody
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

# Stop it, and everything that it started
[group('local endpoint')]
stop *words:
    @{{entry}} stop "$@"

# Show the calls that it answered
[group('local endpoint')]
logs *words:
    @{{entry}} logs "$@"

# Compile the programs that the pipeline needs, as every recipe above does first (the first time takes a while)
[group('check')]
build *words:
    @{{entry}} build "$@"

# Compile all programs
[group('check')]
build-all:
    @cd {{quote(home)}} && cargo build --release --workspace --bins --locked

# Run the tests within half an hour, against endpoints of their own; then check rights and requests by what they recorded. `full`: every point of every test
[group('check')]
test *words: build-all
    @{{quote(home)}}/scripts/test "$@"

# Formatting, lints, house rules and the schema
[group('check')]
check:
    cd {{quote(home)}} && cargo fmt --all --check
    cd {{quote(home)}} && cargo clippy --release --workspace --all-targets --locked -- -D warnings
    {{quote(home)}}/scripts/tidy
    {{quote(home)}}/scripts/schema --check

# Everything that CI runs
[group('check')]
ci: check test

# Measure, as ratios in one run: chain against floor, datagen against Faker, transforms against DuckDB, starts
[group('bench')]
bench *which: build-all
    @{{quote(home)}}/scripts/bench/run "$@"
