# Compile the programs that the pipeline needs. Every other recipe has done it before it starts, too.

options_build() { no_words build "$@"; }
recipe_build() { :; }
