# Programs are compiled where they are older than their sources, and only those that are needed.

# What is compiled into programs, of this checkout.
sources=(bin crates policies pipelines scripts/glue scripts/dags Cargo.toml Cargo.lock Justfile)

# Compile these programs if one is missing or a source is newer. Prints nothing where there is nothing to do. Programs
# without sources are used as they are.
build() {
    local name stamps=$home/target/strata oldest="" words=()
    [ -f "$home/Cargo.toml" ] || return 0
    for name in "$@"; do
        words+=(--bin "$name")
        if [ ! -x "$bin/$name" ] || [ ! -e "$stamps/$name" ]; then
            oldest=none
        elif [ "$oldest" != none ] && { [ -z "$oldest" ] || [ "$stamps/$name" -ot "$oldest" ]; }; then
            oldest=$stamps/$name
        fi
    done
    if [ "$oldest" != none ] && ! is_newer "$oldest"; then return 0; fi
    command -v cargo > /dev/null || refuse "strata: cargo is not found, which compiles the programs: install Rust"
    mkdir -p "$stamps"
    : > "$stamps/.begun-$$"
    # The whole workspace's features: another choice would compile the large crates again.
    if ! (cd "$home" && cargo build --release --workspace --locked "${words[@]}" >&2); then
        rm -f "$stamps/.begun-$$"
        say "strata: the programs could not be compiled; nothing was touched"
        exit 1
    fi
    for name in "$@"; do touch -r "$stamps/.begun-$$" "$stamps/$name"; done
    rm -f "$stamps/.begun-$$"
}

# The build of `transform` that jobs in AWS fetch, where there is something to make.
portable() {
    case " ${stages[*]} " in *" jobs "*) ;; *) return 0 ;; esac
    [ "$target" = aws ] && [ -f "$home/Cargo.toml" ] || return 0
    "$home/scripts/portable" || refuse "strata: the program that jobs fetch could not be made; nothing was touched"
}

# A folder is newer when a file of it went away.
is_newer() { (cd "$home" && [ -n "$(find "${sources[@]}" -newer "$1" -print -quit 2> /dev/null)" ]); }

# The programs of this pipeline on this target.
needed() {
    local extra=(pipeline teardown) at
    if [ "$target" = local ]; then extra+=(local); fi
    if [ "$brings" = yes ]; then extra+=(datagen); fi
    # What job runs of the local endpoint start; jobs in AWS fetch a build of their own.
    case " ${stages[*]} " in *" jobs "*) if [ "$target" = local ]; then extra+=(transform); fi ;; esac
    for ((at = 1; at <= ${#recipes[@]}; at++)); do
        if [ "${recipes[at - 1]}" = layer ]; then
            with_words options "$at"
            if is_layer "$layer"; then extra+=("$layer"); fi
        fi
    done
    printf '%s\n' ${stages[*]} $(left_over) "${extra[@]}" | sort -u
}
