# What is there, and what `up` would change. Nothing is touched.

options_plan() { no_words plan "$@"; }
recipe_plan() {
    endpoint running plan
    side_by_side plan || exit
}

options_status() { no_words status "$@"; }
recipe_status() {
    endpoint running status
    side_by_side status || exit
}
