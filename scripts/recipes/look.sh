# What is there, and what `up` would change. Nothing is touched.

options_plan() { no_words plan "$@"; }
recipe_plan() {
    local differs
    # Where the environment sets a field, the plan below says only what that makes of AWS.
    differs=$("$bin/pipeline" show --env "$env" --origins < "$file" 2>&1 > /dev/null) || refuse "plan: $differs"
    if [ -n "$differs" ]; then say "plan: env $env differs from the pipeline without it:"$'\n'"  ${differs//$'\n'/$'\n'  }"; fi
    endpoint running plan
    side_by_side plan || exit
}

options_status() { no_words status "$@"; }
recipe_status() {
    endpoint running status
    side_by_side status || exit
}
