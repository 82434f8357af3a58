# One day of the pipeline: only its raw files are read, only its part of each table is replaced, and only new folders are
# crawled. `rebuild` brings no input: every day that has a raw file is made again, and every folder crawled again.

options_run() {
    local word
    no_input
    rebuild=0 date=$(date -u +%F) trace=""
    local brings=0
    for word in "$@"; do
        case $word in
            rebuild) rebuild=1 ;;
            date=?*) date=${word#*=} brings=1 ;;
            trace=?*) trace=$(absolute "${word#*=}") ;;
            *)
                input_word "$word" || unknown run "$word" "date=DAY $input_words rebuild trace=FILE"
                brings=1
                ;;
        esac
    done
    is_day run "$date"
    check_input run
    if [ $rebuild$brings = 11 ]; then refuse "run: \`rebuild\` stands alone: it brings no input, and rebuilds all days"; fi
}

recipe_run() {
    if [ -n "$trace" ]; then trace_to "$trace"; fi
    endpoint running run
    load run
    if [ $rebuild = 1 ]; then
        step catalog crawl --all --inputs
        step jobs run --rebuild
        step catalog crawl --all --outputs
        say "run: all days are rebuilt"
    else
        bring "$date" || exit
        step catalog crawl --inputs
        step jobs run --date "$date"
        step catalog crawl --outputs
        say "run: $date is done"
    fi
}

# One layer's work on the saved document, where the pipeline has that layer. The first one that fails ends the run with its
# code.
step() {
    local program=$1
    asks "$program" || return 0
    shift
    "$bin/$program" "$@" <<< "$found" > /dev/null || exit
}
