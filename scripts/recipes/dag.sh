# One day in Airflow, or several: bring its input, start the DAG for it, and wait for the end.

options_dag() {
    local word day=""
    no_input
    from="" to="" looks=1
    for word in "$@"; do
        case $word in
            date=?*) day=${word#*=} ;;
            from=?*) from=${word#*=} ;;
            to=?*) to=${word#*=} ;;
            bring=no) looks=0 ;;
            *) input_word "$word" || unknown dag "$word" "date=DAY from=DAY to=DAY $input_words bring=no" ;;
        esac
    done
    check_input dag
    # Otherwise the input of every day until today would be made without being asked for.
    if [[ -n $from && -z $to || -z $from && -n $to ]]; then refuse "dag: from=DAY and to=DAY go together: give both, or date=DAY"; fi
    if [ -n "$from" ] && [ -n "$day" ]; then refuse "dag: give date=, or from= and to="; fi
    if [ -n "$from" ] && [ ${#input[@]} != 0 ]; then refuse "dag: input=FILE is the file of one day: give date=, not from= and to="; fi
    if [ $looks = 0 ] && { [ ${#input[@]} != 0 ] || [ $generates = 1 ]; }; then refuse "dag: bring=no, and words that bring input"; fi
    if [ -n "$from" ]; then
        when=(--from "$from" --to "$to")
    else
        from=${day:-$(date -u +%F)} to=$from
        when=(--date "$from")
    fi
    is_day dag "$from"
    is_day dag "$to"
    if [[ $from > $to ]]; then refuse "dag: from=$from is after to=$to"; fi
}

recipe_dag() {
    local day days
    need dag airflow
    endpoint running dag
    load dag
    if [ $looks = 1 ]; then
        days=$(document days "$from" "$to") || exit
        for day in $days; do bring "$day" || exit; done
    fi
    "$bin/airflow" trigger --wait "${when[@]}" <<< "$found" > /dev/null || exit
}
