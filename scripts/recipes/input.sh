# What `run` and `dag` share: the words about a day's input, and how it comes into the bucket.

# Reads one word; false when it is not about input. The recipe has called `no_input` before.
no_input() { input=() table="" generates=0 generate=() load=(); }

input_word() {
    case $1 in
        input=?*) input+=("${1#*=}") ;;
        table=?*) table=${1#*=} ;;
        rows=?*) generate+=(--rows "${1#*=}") generates=1 ;;
        seed=?*) generate+=(--seed "${1#*=}") generates=1 ;;
        history) generate+=(--history) generates=1 ;;
        generate) generates=1 ;;
        bad_rows=allow) load+=(--allow-bad-rows) ;;
        *) return 1 ;;
    esac
}
input_words="input=FILE input=TABLE:FILE,TABLE:FILE table=NAME generate rows=N seed=N history bad_rows=allow"

check_input() {
    if [ ${#input[@]} != 0 ] && [ $generates = 1 ]; then
        refuse "$1: input=FILE brings rows, and \`generate\` (rows=, seed=, history) makes them up: say one of them"
    fi
    if [ -n "$table" ] && [ ${#input[@]} = 0 ]; then
        refuse "$1: table=$table says what input=FILE is for, and there is no input=FILE"
    fi
}

# One day's input: a person's own files, or made-up rows. Nothing is made up where that day has input, unless that is asked
# for, and never in an account without being asked for.
bring() {
    local day=$1 file
    if [ ${#input[@]} != 0 ]; then
        local files=()
        for file in "${input[@]}"; do files+=(--input "$file"); done
        # Paths are seen from where the person is.
        (cd -- "$here" && "$bin/datagen" load "${files[@]}" ${table:+--table "$table"} --date "$day" "${load[@]}") <<< "$found" > /dev/null
    elif [ $generates = 1 ]; then
        "$bin/datagen" generate --to bucket --date "$day" "${generate[@]}" <<< "$found" > /dev/null
    elif [ "$target" = local ] && [ "$makes" = yes ]; then
        "$bin/datagen" generate --to bucket --date "$day" --if-missing <<< "$found" > /dev/null
    else
        "$bin/datagen" input --date "$day" <<< "$found" > /dev/null
    fi
}
