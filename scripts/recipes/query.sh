# Count the rows of every table and show a sample, or answer one question.

options_query() {
    local word
    sql="" formats=()
    for word in "$@"; do
        case $word in
            format=?*) formats+=(--format "${word#*=}") ;;
            max_rows=?*) formats+=(--max-rows "${word#*=}") ;;
            *)
                if [ -n "$sql" ] || [ -z "$word" ] || [[ $word =~ ^[a-z_-]+= ]]; then
                    unknown query "$word" "one question in quotes, format=table format=csv format=json max_rows=N"
                fi
                sql=$word
                ;;
        esac
    done
}

recipe_query() {
    need query catalog
    endpoint running query
    load query
    if [ -n "$sql" ]; then
        "$bin/catalog" query "${formats[@]}" -- "$sql" <<< "$found" || exit
    else
        "$bin/catalog" counts "${formats[@]}" <<< "$found" || exit
    fi
}
