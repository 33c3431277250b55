#!/bin/bash
# Prints the packages that binaries need, as the field Depends has them:
#     packaging/deb/depends.sh FILE...
# From the files alone, so that it is the same on every machine and for every architecture: the libraries that they name, the newest version of the C
# library's symbols, and OpenSSL's libraries where they open them at run time, which dpkg-shlibdeps does not see.
# A library that the table below does not have is an error.
set -eu -o pipefail
export LC_ALL=C

[ $# -gt 0 ] || {
    sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"
    exit 1
}

declare -A packages=()
glibc=0
for file in "$@"; do
    libraries=$(readelf -dW -- "$file" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
    for library in $libraries; do
        case $library in
            ld-linux-*.so.* | libc.so.6 | libm.so.6 | libdl.so.2 | libpthread.so.0 | librt.so.1) ;;
            libgcc_s.so.1) packages[libgcc-s1]=1 ;;
            libstdc++.so.6) packages[libstdc++6]=1 ;;
            libz.so.1) packages[zlib1g]=1 ;;
            *)
                echo "depends.sh: $file needs $library, and it is not known which package has it: add it to this script" >&2
                exit 1
                ;;
        esac
    done
    newest=$(readelf -VW -- "$file" | grep -o 'GLIBC_[0-9.]*' | sed 's/GLIBC_//' | sort -V | tail -n 1 || true)
    glibc=$(printf '%s\n' "$glibc" "${newest:-0}" | sort -V | tail -n 1)
    # Since the 64-bit times of Debian 13 and Ubuntu 24.04 the package has another name.
    if grep -aq 'libssl\.so\.3' -- "$file"; then
        packages['libssl3 | libssl3t64']=1
    fi
done
[ "$glibc" != 0 ] || {
    echo "depends.sh: no symbol of the C library in $*: are these the programs?" >&2
    exit 1
}
{
    echo "libc6 (>= $glibc)"
    [ ${#packages[@]} -eq 0 ] || printf '%s\n' "${!packages[@]}" | sort
} | paste -sd , | sed 's/,/, /g'
