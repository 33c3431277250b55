#!/bin/bash
# Checks the models of the lock-free parts with spin: as the code is, no run may fail; with each SWITCH that a model names, which takes a fence or a step away, some run must.
#     models/check.sh [MODEL...]     default: every .pml beside this script
# Needs spin and gcc. Seconds. The status is 0 only if every check came out as it should.
set -u -o pipefail

models=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
bad=0

# check MODEL EXPECTED [SWITCH]: EXPECTED is good or bad. Fewer states than 20 are no search.
check() {
    local model=$1 expected=$2 switch=${3:-} out states errors verdict=bad right=yes
    out=$(cd "$work" && rm -f pan* && spin ${switch:+-D$switch} -a "$model" 2>&1 && gcc -O1 -w -DSAFETY -DNOREDUCE -o pan pan.c 2>&1 && ./pan -m100000 2>&1)
    states=$(sed -n 's/^ *\([0-9]*\) states, stored.*/\1/p' <<<"$out")
    errors=$(sed -n 's/.*errors: \([0-9]*\)$/\1/p' <<<"$out")
    if [ -z "$states" ] || [ -z "$errors" ] || grep -q 'max search depth too small\|out of memory' <<<"$out"; then
        verdict="not searched" right=no
        printf '%s\n' "$out" | tail -20
    else
        [ "$errors" -eq 0 ] && verdict=good
        [ "$verdict" = "$expected" ] && [ "$states" -ge 20 ] || right=no
    fi
    printf '%-14s %-18s %8s states: %s%s\n' "$(basename "$model")" "${switch:-as the code is}" "${states:-?}" "$verdict" "$([ $right = yes ] || echo ", and it should be $expected")"
    [ $right = yes ] || bad=$((bad + 1))
}

[ $# -gt 0 ] || set -- "$models"/*.pml
for model in "$@"; do
    model=$(realpath "$model")
    check "$model" good
    switches=$(sed -n 's/^ \* SWITCH \([A-Z]*\) .*/\1/p' "$model")
    if [ -z "$switches" ]; then
        echo "$(basename "$model") names no SWITCH: nothing shows that it can find anything"
        bad=$((bad + 1))
    fi
    for switch in $switches; do
        if ! grep -Eq "^#ifn?def $switch\$" "$model"; then
            echo "$(basename "$model") names the SWITCH $switch and does not use it"
            bad=$((bad + 1))
        fi
        check "$model" bad "$switch"
    done
done
[ $bad -eq 0 ]
