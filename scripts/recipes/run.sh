# One day of the pipeline: only its raw files are read, only its part of each table is replaced, and only new folders are
# crawled. `rebuild` brings no input: every day that has a raw file is made again, and every folder crawled again.
# from=failed continues the last run where it stopped.

options_run() {
    local word
    no_input
    rebuild=0 date=$(date -u +%F) trace="" goes_on=0
    local brings=0 which=0
    for word in "$@"; do
        case $word in
            rebuild) rebuild=1 which=1 ;;
            from=failed) goes_on=1 ;;
            date=?*) date=${word#*=} brings=1 ;;
            trace=?*) trace=$(absolute "${word#*=}") ;;
            *)
                input_word "$word" || unknown run "$word" "date=DAY $input_words rebuild from=failed trace=FILE"
                brings=1
                ;;
        esac
    done
    is_day run "$date"
    check_input run
    if [ $rebuild$brings = 11 ]; then refuse "run: \`rebuild\` takes no date and no input: it rebuilds all days"; fi
    if [ $goes_on = 1 ] && [ $which$brings != 00 ]; then
        refuse "run: \`from=failed\` takes no date, no input and no \`rebuild\`: it continues the last run"
    fi
}

recipe_run() {
    if [ -n "$trace" ]; then trace_to "$trace"; fi
    endpoint running run
    load run
    local which=${given[pipeline]:+ pipeline=${given[pipeline]}}${given[env]:+ env=${given[env]}} tasks part words=()
    if [ $goes_on = 1 ]; then
        last_run
    elif [ $rebuild = 1 ]; then
        part=rebuild
    else
        part=$date
        bring "$date" || exit
    fi
    if [ "$part" = rebuild ]; then words=(--rebuild); else words=(--date "$part"); fi
    tasks=$("$bin/pipeline" tasks "${words[@]}" <<< "$found") || exit
    if [ $goes_on = 0 ]; then printf '%s\n' "of $part" > "$progress"; fi
    follow "$progress" <<< "$tasks" || exit
    rm -f -- "$progress"
    if [ "$part" = rebuild ]; then say "run: all days are rebuilt"; else say "run: $part is done"; fi
}

# The part of the tables that the last run was about, which has not come to its end: into `part`.
last_run() {
    local line
    if [ ! -s "$progress" ]; then refuse "run: from=failed: no run is unfinished; \`$me run$which\` starts one"; fi
    read -r line < "$progress"
    part=${line#of }
    if [ "$part" != rebuild ]; then is_day run "$part"; fi
    say "run: continuing with $part: $(($(wc -l < "$progress") - 1)) tasks are done already"
}
