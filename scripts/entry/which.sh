# Which pipeline, in which environment, on which target: found, checked and said before anything else happens.

# How the person calls us, for advice that can be typed.
me=${STRATA_AS:-strata}
declare -A without_pipeline=()

all_without_pipeline() {
    local recipe
    for recipe in "${recipes[@]}"; do
        [ "${without_pipeline[$recipe]:-0}" = 1 ] || return 1
    done
}

choose_target() {
    target=${given[target]:-${TARGET:-local}}
    if [ -n "${given[target]-}" ] && [ "${TARGET:-$target}" != "$target" ]; then
        refuse "strata: two targets: target=$target, and TARGET=$TARGET in the environment"
    fi
    case $target in
        local | aws) ;;
        *) refuse "strata: the target is \`$target\`; it can be local or aws" ;;
    esac
    # Per service they would win over where we send everything.
    local name
    for name in $(compgen -A variable AWS_ENDPOINT_URL_ || true); do unset "$name"; done
    if [ "$target" = aws ]; then
        if [ "${AWS_ACCESS_KEY_ID-}" = local ]; then
            refuse "strata: AWS_ACCESS_KEY_ID is \`local\`: this shell has the local endpoint's credentials, and target is aws;" \
                "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY, or use a new shell"
        fi
        unset AWS_ENDPOINT_URL
    else
        # Nothing of the person's own AWS settings may leak into the local endpoint, or the other way round.
        unset AWS_PROFILE AWS_SESSION_TOKEN
        export AWS_REGION=${AWS_REGION:-eu-central-1}
    fi
    # On a laptop there is nothing to lose, so nothing is asked; in an account the programs say what would be lost and
    # ask.
    yes=()
    if [ "$target" = local ]; then yes=(--yes); fi
}

# The pipeline that the checkout uses where none is named: one line of its Justfile.
default_pipeline() { sed -n 's/^default_pipeline := "\(.*\)"$/\1/p' "$home/Justfile" 2> /dev/null || true; }

known_pipelines() {
    local file names=()
    for file in "$home"/pipelines/*/pipeline.json; do
        file=${file%/pipeline.json}
        [ ! -d "$file" ] || names+=("${file##*/}")
    done
    printf '%s' "${names[*]:-none}"
}

# A folder's pipeline.json, or the file itself.
in_folder() { if [ -d "$1" ]; then printf '%s/pipeline.json' "${1%/}"; else printf '%s' "$1"; fi }

find_pipeline() {
    local name=${given[pipeline]-} inside outside
    if [ -z "$name" ]; then
        if [ -e "$here/pipeline.json" ]; then
            file=$here/pipeline.json
            return
        fi
        case $here/ in
            "$home"/*) name=$(default_pipeline) ;;
        esac
        if [ -z "$name" ]; then
            refuse "strata: which pipeline? There is no pipeline.json in $here: say pipeline=NAME, or its folder, or its file"
        fi
        if [ "$target" = aws ]; then
            refuse "strata: which pipeline? With target aws none is taken by default: say pipeline=NAME, or its folder or file;" \
                "this checkout has $(known_pipelines)"
        fi
    fi
    inside=$home/pipelines/$name/pipeline.json outside=$(in_folder "$(absolute "$name")")
    case $name in
        */* | . | .. | *.json) file=$outside ;;
        *)
            if [ -e "$inside" ] && [ -e "$outside" ] && ! [ "$inside" -ef "$outside" ]; then
                refuse "strata: pipeline=$name is $inside, and $outside, too: say pipeline=./$name or pipeline=${inside%/*}"
            fi
            if [ -e "$outside" ]; then file=$outside; else file=$inside; fi
            ;;
    esac
    if [ ! -e "$file" ]; then
        refuse "strata: there is no pipeline \`$name\` (no $file); this checkout has $(known_pipelines)"
    fi
}

# Everything that is known before the first recipe. The programs run in `folder`, with the document `wish` on stdin.
prepare() {
    local facts
    find_pipeline
    if [ -d "$file" ] || [ ! -r "$file" ]; then refuse "strata: $file cannot be read"; fi
    file=$(cd -P -- "${file%/*}" && pwd -P)/${file##*/}
    build pipeline
    wish=$("$bin/pipeline" show ${given[env]:+--env "${given[env]}"} < "$file") || refuse "strata: $file cannot be used; nothing was touched"
    mapfile -t facts < <(document facts <<< "$wish")
    name=${facts[0]} env=${facts[1]} folder=${file%/*} brings=${facts[4]} makes=${facts[5]}
    # The folder is seen from where programs run: the checkout's pipelines are in pipelines/<name>.
    case $folder in
        */"${facts[2]}") folder=${folder%/"${facts[2]}"} ;;
    esac
    saved=.strata/$name-$env-$target.json
    progress=${saved%.json}.run
    again="$me up${given[pipeline]:+ pipeline=${given[pipeline]}}${given[env]:+ env=${given[env]}}"
    local where=$target
    if [ "$target" = aws ]; then where="aws (${AWS_PROFILE:+profile $AWS_PROFILE, }region ${facts[3]:-${AWS_REGION:-of the profile}})"; fi
    say "strata: pipeline $name (${file#"$here"/}), env $env, target $where"
    cd -- "$folder"
    mapfile -t stages < <("$bin/pipeline" layers --stages <<< "$wish")
    if [ ${#stages[@]} = 0 ]; then refuse "strata: pipeline $name asks for no layer; nothing was touched"; fi
    asked=" ${stages[*]} "
    build $(needed)
    portable
}

# Whether the pipeline has this layer.
asks() { [[ $asked == *" $1 "* ]]; }
