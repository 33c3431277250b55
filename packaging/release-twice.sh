#!/bin/bash
# Shows that a release is the same bytes whoever makes it: makes it of the newest commit in two clones, in folders of different depth, the second with another
# umask, compares every file of it and every binary, and prints what was made.
#     packaging/release-twice.sh VERSION [DIR]      DIR (a new one in /tmp) gets the clones
# It takes what two releases take: some ten minutes on two cores that do nothing else. What a release refuses (release.sh) is refused here.
set -eu -o pipefail

[ $# -ge 1 ] && [ "${1#-}" = "$1" ] || {
    sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"
    exit 1
}
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
version=$1
work=${2:-$(mktemp -d /tmp/release-twice.XXXXXX)}
first=$work/first second=$work/second/with/a/longer/path
for clone in "$first" "$second"; do
    git clone -q "$root" "$clone"
done
(umask 022 && "$first/packaging/release.sh" "$version") >"$work/first.log" 2>&1 || { tail "$work/first.log" >&2; exit 1; }
(umask 077 && "$second/packaging/release.sh" "$version") >"$work/second.log" 2>&1 || { tail "$work/second.log" >&2; exit 1; }

different=0
for folder in "release/$version" release/build/{x64,arm64}{,-system}; do
    diff -rq "$first/artifacts/$folder" "$second/artifacts/$folder" || different=1
    (cd "$first/artifacts/$folder" && stat -c '%10s %n' -- * | sed "s:\( *[0-9]* \):\1$folder/:")
done
[ $different = 0 ] || {
    echo "release-twice.sh: not the same bytes, see above" >&2
    exit 1
}
echo "the same bytes, twice: $work"
