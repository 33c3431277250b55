#!/bin/bash
# Prints apt sources (sources.list, *.sources) with an address in the place of each list of mirrors, the first of the list:
#     packaging/mirrors.sh FILE...
# Machines of clouds and of hosted CI name their mirrors in a file of their own (mirror+file:/etc/apt/apt-mirrors.txt), of which neither another architecture
# nor a root that is made knows anything. Without FILE it reads what it is given.
set -eu -o pipefail

cat -- "$@" | while IFS= read -r line || [ -n "$line" ]; do
    while [[ $line =~ mirror\+file:/*(/[^[:space:]]+) ]]; do
        list=${BASH_REMATCH[0]}
        first=$(awk '/^[[:space:]]*[a-z+]+:/ { print $1; exit }' "${BASH_REMATCH[1]}")
        [ -n "$first" ] || {
            echo "mirrors.sh: ${BASH_REMATCH[1]} names no mirror" >&2
            exit 1
        }
        line=${line/"$list"/"$first"}
    done
    printf '%s\n' "$line"
done
