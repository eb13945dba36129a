#!/usr/bin/env bash
# Whether the container files take all along that the program is made of: the list of its sources, which cargo writes beside it.
#
#   tests/cluster/container.sh PROGRAM
set -euo pipefail
container=$(cd "$(dirname "$0")/../../examples/container" && pwd)
sources=$1.d

# copied FILE: what the first stage of a container file copies, one path a line.
copied() {
    case $1 in
        Dockerfile) awk '/^FROM debian/ { exit } $1 == "COPY" { for (i = 2; i < NF; i++) print $i }' "$container/$1" ;;
        *) awk '/^%post/ { exit } $2 ~ "^/source/" { print $1 }' "$container/$1" ;;
    esac
}

root=$(tr ' ' '\n' < "$sources" | sed -n 's|/src/main\.rs$||p' | head -n 1)
mapfile -t needed < <(tr ' ' '\n' < "$sources" | sed -n "s|^$root/||p" | grep -v ':$')
((${#needed[@]} > 100)) || { echo "no sources in $sources" >&2 && exit 1; }
# Cargo reads the manifests of all members, of those too that it does not build.
mapfile -t members < <(sed -n 's/^members = //p' "$root/Cargo.toml" | grep -o '"[^"*]*"' | tr -d '"' | sed 's|$|/Cargo.toml|')
((${#members[@]} > 3)) || { echo "no members in Cargo.toml" >&2 && exit 1; }
for file in Dockerfile solvable.def; do
    missing=$(printf '%s\n' "${needed[@]}" "${members[@]}" Cargo.toml Cargo.lock | awk '
        NR == FNR { copied[$1]; next }
        { for (path = $1; !(path in copied); ) if (!sub("/[^/]*$", "", path)) { print $1; next } }
    ' <(copied "$file") -)
    [ -z "$missing" ] || { printf '%s does not take along:\n%s\n' "$file" "$missing" >&2 && exit 1; }
done
echo "container: both files take along all ${#needed[@]} sources"
