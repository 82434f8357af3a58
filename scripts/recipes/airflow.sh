# What is asked of Airflow. The words after the first three go to the program.

options_dag_runs() { :; }
recipe_dag_runs() { of_layer dag-runs airflow runs "$@"; }

options_dag_logs() { :; }
recipe_dag_logs() { of_layer dag-logs airflow logs "$@"; }

options_dag_ui() { :; }
recipe_dag_ui() { of_layer dag-ui airflow ui "$@"; }

# Makes no AWS call, so it works on the pipeline as it is, with or without an endpoint.
options_dag_check() { no_words dag-check "$@"; }
recipe_dag_check() {
    need dag-check airflow
    "$bin/airflow" check <<< "$wish" > /dev/null || exit
}

options_dag_variable() {
    if [ $# != 1 ]; then refuse "dag-variable: give the name of one Variable, and its value on stdin"; fi
}
# A value is never on a command line, which all users of a machine can see.
recipe_dag_variable() {
    need dag-variable airflow
    endpoint running dag-variable
    load dag-variable
    exec 3<&0
    "$bin/airflow" variables set --value-file /dev/fd/3 -- "$1" <<< "$found" || exit
    exec 3<&-
}
