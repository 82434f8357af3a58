# Following the graph of a run (`pipeline tasks`): each task is one verb of one program, started as soon as all that it waits for
# is done. What is done is in a file, so that a later run can continue from there.

# Programs at once. They wait for AWS most of the time.
most_tasks=8

# Read a graph from stdin into `order`, `waits` and `does`.
read_tasks() {
    local id after words
    order=()
    while IFS=$'\t' read -r id after words; do
        order+=("$id")
        if [ "$after" = - ]; then waits[$id]=""; else waits[$id]=$after; fi
        does[$id]=$words
    done
}

# Run every task that the file `$1` does not say is done, and add those that become so. After a failure nothing that waits for
# it is started, and all else finishes; the code is that of the first failure.
follow() {
    local progress=$1 id other pid code first=0 running is_ready words left=()
    local -A waits=() does=() state=() task_of=()
    local order=()
    read_tasks
    while read -r id; do [ -z "$id" ] || state[$id]=done; done < "$progress"
    children=()
    guard
    while true; do
        for id in "${order[@]}"; do
            if [ -n "${state[$id]-}" ] || [ "$interrupted" = 1 ] || [ ${#children[@]} -ge $most_tasks ]; then continue; fi
            is_ready=1
            for other in ${waits[$id]}; do [ "${state[$other]-}" = done ] || is_ready=0; done
            [ $is_ready = 1 ] || continue
            IFS=$'\t' read -ra words <<< "${does[$id]}"
            "$bin/${words[0]}" "${words[@]:1}" --log-format plain <<< "$found" > /dev/null &
            task_of[$!]=$id
            children+=($!)
            state[$id]=running
        done
        if [ ${#children[@]} = 0 ]; then break; fi
        # A signal ends the wait, too; who has ended is asked below.
        wait -n "${children[@]}" 2> /dev/null || true
        running=" $(jobs -rp | tr '\n' ' ') "
        for pid in "${children[@]}"; do
            if [[ $running == *" $pid "* ]]; then
                left+=("$pid")
                continue
            fi
            code=0
            wait "$pid" || code=$?
            id=${task_of[$pid]}
            if [ "$code" = 0 ]; then
                state[$id]=done
                printf '%s\n' "$id" >> "$progress"
            else
                state[$id]=failed
                if [ "$first" = 0 ]; then first=$code; fi
            fi
        done
        children=("${left[@]}")
        left=()
    done
    unguard
    if [ "$first" = 0 ] && [ "$interrupted" = 1 ]; then first=130; fi
    if [ "$first" = 0 ]; then return 0; fi
    tell_failed
    return "$first"
}

tell_failed() {
    local id failed=() idle=() text
    for id in "${order[@]}"; do
        case ${state[$id]-} in
            done) ;;
            failed) failed+=("$id") ;;
            *) idle+=("$id") ;;
        esac
    done
    text="run: "
    if [ ${#failed[@]} != 0 ]; then text+="${failed[*]} failed"; else text+="interrupted"; fi
    if [ ${#idle[@]} != 0 ]; then text+="; not started: ${idle[*]}"; fi
    say "$text"
    say "run: \`$me run from=failed$which\` continues with these and repeats nothing that is done"
}
