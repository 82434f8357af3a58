# Make every layer as the pipeline asks, and save the document. airflow=real has the local endpoint run Apache Airflow
# (airflow=api: none), airflow=serverless makes a workflow of MWAA Serverless in place of an environment; trace=FILE has all
# programs tell in one file what they do; `yes` asks nothing.

options_up() {
    local word
    airflow="" trace="" is_sure=0
    for word in "$@"; do
        case $word in
            airflow=real | airflow=api | airflow=serverless) airflow=${word#*=} ;;
            trace=?*) trace=$(absolute "${word#*=}") ;;
            yes | --yes) is_sure=1 ;;
            *) unknown up "$word" "airflow=real airflow=api airflow=serverless trace=FILE yes" ;;
        esac
    done
}

recipe_up() {
    local start code=0
    start=$(date +%s%N)
    if [ -n "$trace" ]; then trace_to "$trace"; fi
    if [ -n "$airflow" ]; then
        if ! asks airflow; then
            refuse "up: pipeline $name asks for no Airflow, which airflow=$airflow would change; add \`\"airflow\": {}\` to its pipeline.json, or leave the word out"
        fi
        wish=$(document airflow "$airflow" <<< "$wish")
    fi
    if [ "$airflow" = real ]; then say "up: Apache Airflow takes half a minute to start; the first time it is installed as well"; fi
    endpoint start
    if [ $is_sure = 1 ]; then
        yes=(--yes)
    elif [ "$target" = aws ]; then
        ask_up
    fi
    options=("${yes[@]}")
    work_folder
    guard
    up_stages || code=$?
    unguard
    if [ "$code" != 0 ]; then exit "$code"; fi
    is_current=1
    say "up: done in $(seconds_since "$start") s, saved to $folder/$saved"
}

seconds_since() {
    local ms=$((($(date +%s%N) - $1) / 1000000))
    printf '%d.%d' $((ms / 1000)) $((ms % 1000 / 100))
}

# In an account a person sees the plan before anything is made, which costs money from the first minute.
ask_up() {
    local count answer="" code=0
    side_by_side plan || code=$?
    if [ "$code" = 2 ] || [ "$code" -gt 128 ]; then exit "$code"; fi
    count=$(cat "$work"/plan.* | document changes)
    if [ "$count" = 0 ]; then return 0; fi
    if ! { exec 4<> /dev/tty; } 2> /dev/null; then
        refuse "up: $count changes in AWS, and there is no terminal to ask on; nothing was touched: use \`yes\` to confirm them"
    fi
    printf 'up: make these %s changes in AWS, for pipeline %s, env %s? Type yes: ' "$count" "$name" "$env" >&4
    read -r answer <&4 || true
    exec 4>&-
    if [ "$answer" != yes ]; then refuse "up: the answer was not yes; nothing was touched"; fi
}

# Stage by stage: each program reads what those before it printed. The document is saved where something may have been
# touched, and kept as it was where not.
up_stages() {
    local stage layer code=0 touched=0 out=""
    remove_unasked || code=$?
    if [ "$code" != 0 ]; then
        keep_document 0 ""
        return "$code"
    fi
    printf '%s\n' "$wish" > "$work/in"
    for stage in "${stages[@]}"; do
        at_once up $stage || code=$?
        # 2 is a refusal, and 1 leaves nothing.
        for layer in "${codes[@]}"; do case $layer in 1 | 2) ;; *) touched=1 ;; esac; done
        out=$(for layer in $stage; do cat "$work/out.$layer"; done)
        if [ "$code" != 0 ] || [ "$interrupted" = 1 ]; then break; fi
        printf '%s\n' "$out" > "$work/in"
    done
    if [ "$code" = 0 ] && [ "$interrupted" = 0 ]; then
        # What the programs of the last stage printed becomes one document.
        out=$("$bin/pipeline" show < "$work/in") || return
        save "$out"
        return
    fi
    if [ "$code" = 0 ]; then code=130; fi
    keep_document "$touched" "$out"
    return "$code"
}

# After a failure: the document is what was reached, and for all else what it was before. Where nothing has changed, it stays.
keep_document() {
    local kept=0 whole="" before=none
    if [ -s "$saved" ]; then before="as it was"; fi
    if [ "$1" = 0 ] || [ -z "$2" ]; then
        kept=3
    else
        whole=$(document failed "$saved" <<< "$2") || kept=$?
    fi
    case $kept in
        0) save "$whole" && say "up: what exists is saved to $folder/$saved; run \`$again\` again to continue" ;;
        *) say "up: the saved document is $before; run \`$again\` again to continue" ;;
    esac
}

# What is no longer asked for and uses other layers goes first: it still needs its network, its role and its files. That are
# layers that the pipeline has no more, and resources of the last stage, such as an environment where it asks for a workflow.
remove_unasked() {
    local layer status code
    local last=${stages[-1]}
    for layer in $(left_over | tac) $last; do
        if asks "$layer"; then
            code=0
            status=$("$bin/$layer" status --quiet <<< "$wish") || code=$?
            # Whatever it refuses, such as missing credentials, the others would refuse, too.
            if [ "$code" = 2 ]; then return 2; fi
            case $status in *'"unasked": true'*) ;; *) continue ;; esac
        fi
        "$bin/$layer" down --unasked "${options[@]}" <<< "$wish" > /dev/null || return
    done
}
