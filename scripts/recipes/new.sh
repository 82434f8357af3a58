# Start a pipeline from a CSV file: pipeline.json with its columns, one SQL file, a Justfile.

without_pipeline[new]=1

options_new() {
    local word
    news=()
    for word in "$@"; do
        case $word in
            input=?*) news+=(--input "${word#*=}") ;;
            table=?*) news+=(--table "${word#*=}") ;;
            folder=?*) news+=(--folder "${word#*=}") ;;
            -* | "" | *=*) unknown new "$word" "NAME input=FILE table=NAME folder=DIR" ;;
            *) news+=("$word") ;;
        esac
    done
    if [ ${#news[@]} -lt 3 ]; then refuse "new: give a name and a file: $me new shop input=orders.csv"; fi
}

recipe_new() {
    build pipeline
    (cd -- "$here" && STRATA=$home "$bin/pipeline" new "${news[@]}") || exit
}
