# The local endpoint itself. No pipeline is needed.

without_pipeline[start]=1
without_pipeline[stop]=1
without_pipeline[logs]=1

options_start() {
    local word
    starts=()
    for word in "$@"; do
        case $word in
            weather=?*) starts+=(--weather "${word#*=}") ;;
            latency=?*) starts+=(--latency "${word#*=}") ;;
            port=?*) starts+=(--port "${word#*=}") ;;
            *) unknown start "$word" "weather=SEED latency=MS port=N" ;;
        esac
    done
}
recipe_start() { with_endpoint start "${starts[@]}"; }

options_stop() { no_words stop "$@"; }
recipe_stop() { with_endpoint stop; }

options_logs() { no_words logs "$@"; }
recipe_logs() { with_endpoint logs; }

with_endpoint() {
    build local
    "$bin/local" "$@" --dir "$dir" || exit
}
