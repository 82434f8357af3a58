# From the command line to a list of recipes, each with its own words. Nothing is started here.

recipes=()           # in the order in which they run; the words of the n-th are in the array words_n
declare -A given=()  # what pipeline=, env= and target= say
declare -A rest=()   # recipes that hand all words after them to a program

say() { printf '%s\n' "$*" >&2; }

# Bad input: nothing was touched.
refuse() {
    say "$@"
    exit 2
}

is_recipe() { [[ $1 =~ ^[a-z]+(-[a-z]+)*$ ]] && declare -F "recipe_${1//-/_}" > /dev/null; }

all_recipes() {
    local name names=()
    while read -r name; do
        name=${name#declare -f recipe_}
        names+=("${name//_/-}")
    done < <(declare -F | grep '^declare -f recipe_')
    printf '%s' "${names[*]}"
}

# One value for the whole chain.
give() {
    local name=$1 value=$2
    [ -n "$value" ] || refuse "strata: \`$name=\` has no value"
    if [ "${given[$name]-$value}" != "$value" ]; then
        refuse "strata: two values for $name=: \`${given[$name]}\` and \`$value\`; one holds for the whole command"
    fi
    given[$name]=$value
}

keep() {
    local -n list=words_${#recipes[@]}
    list+=("$1")
}

read_words() {
    local word free=0
    for word in "$@"; do
        case $word in pipeline=* | env=* | target=*)
            give "${word%%=*}" "${word#*=}"
            continue
            ;;
        esac
        if [ $free = 0 ] && is_recipe "$word"; then
            recipes+=("$word")
            declare -ga "words_${#recipes[@]}=()"
            free=${rest[$word]:-0}
        elif [ ${#recipes[@]} = 0 ]; then
            refuse "strata: unknown recipe \`$word\`; known are $(all_recipes)"
        else
            keep "$word"
        fi
    done
}

# Call a function of the n-th recipe with its words: `with_words options 1`.
with_words() {
    local recipe=${recipes[$2 - 1]}
    local -n list=words_$2
    "$1_${recipe//-/_}" "${list[@]}"
}

unknown() { # RECIPE WORD KNOWN
    local hint=""
    if [[ $2 =~ ^[0-9]{4}-[0-9]{2}-[0-9]{2}$ ]]; then hint="; did you mean date=$2?"; fi
    refuse "$1: unknown word \`$2\`$hint; its words are: ${3:-none}; or a recipe may follow: $(all_recipes)"
}

# A recipe without words of its own.
no_words() {
    if [ $# -gt 1 ]; then unknown "$1" "$2" ""; fi
}

is_day() {
    [[ $2 =~ ^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$ ]] || refuse "$1: \`$2\` is not a day such as 2024-09-15"
}

# A path as the person sees it: programs run in another folder.
absolute() { case $1 in /*) printf '%s' "$1" ;; *) printf '%s' "$here/$1" ;; esac }

main() {
    local at
    if [ $# = 0 ] || [ "$1" = help ] || [ "$1" = --help ]; then
        say "strata [pipeline=NAME|FOLDER|FILE] [env=NAME] [target=local|aws] RECIPE [WORD ...] [RECIPE ...]"
        say "recipes: $(all_recipes)"
        if [ $# = 0 ]; then exit 2; else exit 0; fi
    fi
    read_words "$@"
    if [ ${#recipes[@]} = 0 ]; then refuse "strata: no recipe is named; known are $(all_recipes)"; fi
    for ((at = 1; at <= ${#recipes[@]}; at++)); do with_words options "$at"; done
    choose_target
    # Only the endpoint's own recipes work without a pipeline.
    if ! all_without_pipeline; then prepare; fi
    for ((at = 1; at <= ${#recipes[@]}; at++)); do
        with_words options "$at"
        with_words recipe "$at"
    done
}
