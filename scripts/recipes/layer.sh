# One verb of one layer, with all words that follow.

rest[layer]=1
rest[dag-runs]=1
rest[dag-logs]=1
rest[dag-ui]=1

is_layer() { [ "$1" = datagen ] || [[ " $("$bin/pipeline" layers --all --stages | tr '\n' ' ') " == *" $1 "* ]]; }

options_layer() {
    if [ $# -lt 2 ]; then refuse "layer: say which layer, and which verb: layer storage plan"; fi
    layer=$1 verb=$2 words=("${@:3}")
    # It becomes the name of a program.
    if ! [[ $1 =~ ^[a-z][a-z-]*$ ]]; then refuse "layer: unknown layer \`$1\`"; fi
}

recipe_layer() {
    if ! is_layer "$layer"; then
        refuse "layer: unknown layer \`$layer\`; known are $("$bin/pipeline" layers --all --stages | tr '\n' ' ')datagen"
    fi
    local code=0
    case $verb in
        up | down) endpoint start ;;
        *) endpoint running layer ;;
    esac
    case $verb in
        # What every layer has goes by the pipeline as it is now, with what the saved document says of other layers.
        plan | up | down | status | policy) found=$(document sections "$saved" <<< "$wish") ;;
        *) if [ -s "$saved" ]; then load layer; else found=$wish; fi ;;
    esac
    "$bin/$layer" "$verb" "${words[@]}" <<< "$found" || code=$?
    if [ "$code" = 2 ] && [ ! -s "$saved" ]; then say "layer: nothing is saved in $folder/$saved; \`$again\` makes what is missing, and saves it"; fi
    if [ "$code" != 0 ]; then exit "$code"; fi
}

# A verb of one layer that has a recipe of its own.
of_layer() { # RECIPE LAYER VERB WORD...
    need "$1" "$2"
    endpoint running "$1"
    load "$1"
    "$bin/$2" "${@:3}" <<< "$found" || exit
}

