# Running programs: side by side, in stages, with traces, and what happens on Ctrl-C.

work=""
children=()

# Files of this command's own, gone with it.
work_folder() {
    [ -z "$work" ] || return 0
    work=$(mktemp -d)
    trap 'rm -rf -- "$work"' EXIT
}

# Ctrl-C reaches the programs, too, and they end in order: what they print then is still saved. Only a signal that reaches
# this process alone is passed on.
guard() {
    trap 'interrupted=1' INT
    trap 'interrupted=1; kill -TERM "${children[@]}" 2> /dev/null || true' TERM
    interrupted=0
}
unguard() { trap - INT TERM; }

# The end of a program, however often a signal comes between.
await() {
    local code
    while true; do
        code=0
        wait "$1" || code=$?
        if [ "$code" -le 128 ] || ! kill -0 "$1" 2> /dev/null; then return "$code"; fi
    done
}

# One verb of some layers at once; stdin of each is the file `$work/in`. What they print is in `$work/out.<layer>`. The code
# of the first one that failed, in the layers' order, and all codes in `codes`.
at_once() {
    local verb=$1 layer code first=0 format=()
    shift
    codes=() children=()
    # Live lines of two programs would overwrite each other.
    if [ $# -gt 1 ]; then format=(--log-format plain); fi
    for layer in "$@"; do
        "$bin/$layer" "$verb" "${options[@]}" "${format[@]}" < "$work/in" > "$work/out.$layer" &
        children+=($!)
    done
    for layer in "${children[@]}"; do
        code=0
        await "$layer" || code=$?
        codes+=("$code")
        if [ "$first" = 0 ]; then first=$code; fi
    done
    children=()
    return "$first"
}

# One verb of all layers at once, on the wish; what they say comes in the layers' order. The worst exit code counts.
side_by_side() {
    local layer code worst=0 layers words key
    local -A refused=()
    layers=$(left_over)
    layers="${stages[*]} $layers"
    work_folder
    for layer in $layers; do
        (
            code=0
            "$bin/$layer" "$1" <<< "$wish" > "$work/$1.$layer" 2> "$work/words.$layer" || code=$?
            echo "$code" > "$work/code.$layer"
        ) &
    done
    wait
    for layer in $layers; do
        words=$(cat "$work/words.$layer")
        code=$(cat "$work/code.$layer")
        # What they all refuse for, such as missing credentials, is said once.
        key=x${words#"$layer: "}
        if [ "$code" != 2 ] || [ -z "${refused[$key]-}" ]; then say "$words"; fi
        refused[$key]=1
        if [ "$code" -gt "$worst" ]; then worst=$code; fi
    done
    return "$worst"
}

# All programs tell in this file, as a Chrome trace, what they do and wait for. A chain of recipes has one file.
trace_to() {
    if [ "${STRATA_TRACE-}" != "$1" ]; then rm -f -- "$1"; fi
    export STRATA_TRACE=$1
}
