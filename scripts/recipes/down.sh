# Take everything down, with or without a saved document: tags on the resources say whose they are.

options_down() {
    local word
    trace="" is_sure=0 confirm=""
    for word in "$@"; do
        case $word in
            trace=?*) trace=$(absolute "${word#*=}") ;;
            confirm=?*) confirm=${word#*=} ;;
            yes | --yes) is_sure=1 ;;
            *) unknown down "$word" "trace=FILE confirm=NAME yes" ;;
        esac
    done
}

recipe_down() {
    if [ -n "$trace" ]; then trace_to "$trace"; fi
    if [ $is_sure = 1 ]; then yes=(--yes); fi
    endpoint start
    "$bin/teardown" "${yes[@]}" ${confirm:+--confirm "$confirm"} <<< "$wish" > /dev/null || exit
    rm -f -- "$saved" "$progress"
    is_current=0
}
