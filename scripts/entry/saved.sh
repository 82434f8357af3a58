# The saved document: what `up` printed, of one pipeline in one environment on one target.

is_current=0 # an `up` of this very command wrote it

document() { python3 -I -S "$home/scripts/entry/document.py" "$@"; }

# Whole or not at all: a reader sees the old one or the new one, and two writers never mix.
save() {
    local new
    mkdir -p .strata
    if [ ! -e .strata/.gitignore ]; then echo '*' > .strata/.gitignore; fi
    new=$(mktemp .strata/.new-XXXXXX)
    if ! { printf '%s\n' "$1" > "$new" && chmod =rw "$new" && mv -f -- "$new" "$saved"; }; then
        rm -f -- "$new"
        say "strata: $folder/$saved could not be written; \`$again\` writes it, and changes nothing that is there"
        return 1
    fi
}

# The saved document, into `found`. Nothing is made where there is none.
load() {
    local code=0
    if [ ! -s "$saved" ]; then
        refuse "$1: nothing is up: run \`$again\` (there is no $folder/$saved; if only that file was lost, \`$again\` writes it" \
            "again and changes nothing that is there)"
    fi
    found=$(document load "$saved" "$name" "$env" "$is_current" "$again" <<< "$wish") || code=$?
    if [ "$code" != 0 ]; then exit "$code"; fi
    is_current=1
}

# Layers that the pipeline does not ask for any more, and that the saved document has.
left_over() {
    local layer
    [ -s "$saved" ] || return 0
    for layer in $("$bin/pipeline" layers --all --stages); do
        if ! asks "$layer" && document has "$layer" < "$saved"; then printf '%s\n' "$layer"; fi
    done
}
