# The local endpoint: one for all pipelines, in the folder of the programs.

dir=$home/.local

# Point the programs at it: `endpoint start` starts it where it does not run, `endpoint running` refuses then, so that
# a recipe that only reads starts nothing.
endpoint() {
    local exports
    [ "$target" = local ] || return 0
    if ! exports=$("$bin/local" env --dir "$dir" 2> /dev/null); then
        if [ "$1" = running ]; then
            refuse "$2: the local endpoint is not running, so nothing is up: run \`$again\`, or \`$me start\` for an empty one"
        fi
        "$bin/local" start --dir "$dir" >&2
        exports=$("$bin/local" env --dir "$dir")
    fi
    eval "$exports"
}

# A program that a recipe needs. What the pipeline does not ask for was not compiled.
need() {
    local layer
    for layer in "${@:2}"; do
        if ! asks "$layer"; then refuse "$1: pipeline $name has no layer $layer, which this needs"; fi
    done
}
