#!/usr/bin/env bash
# Builds the module that pages load, web/module/solvable.wasm, and writes down beside it what it was built from.
#
#   web/build.sh            builds it
#   web/build.sh --to DIR   builds it into another folder
#   web/build.sh --check    fails where the sources have changed since; needs no compiler
#
# The compiler is cargo's, where it has the target (`rustup target add wasm32-unknown-unknown`); otherwise Debian's
# (`apt-get install rustc-web rust-web-src lld-19`), which builds the standard library from its sources.
set -euo pipefail
cd "$(dirname "$0")/.."
target=wasm32-unknown-unknown
manifest=solvable.sources

# What decides on the module, but the settings in Cargo.toml and other people's crates.
sources() {
    {
        echo web/build.sh web/Cargo.toml theory/Cargo.toml words/Cargo.toml figures/Cargo.toml explore/Cargo.toml | tr ' ' '\n'
        find theory/src words/src figures/src explore/src web/src -name '*.rs' ! -name tests.rs ! -path '*/tests/*'
    } | LC_ALL=C sort
}

# The profile and the features of shared crates.
settings() {
    awk '/^\[/ { on = /^\[profile\.(release|web)[].]/ && !/release\.package/ || /^\[workspace\.(package|dependencies)\]/ } on && NF' Cargo.toml |
        sha256sum | sed 's|-$|Cargo.toml (profiles, dependencies)|'
}

# locked NAME VERSION: the checksum that Cargo.lock has for other people's crate of this version.
locked() {
    awk -v name="\"$1\"" -v version="\"$2\"" '
        /^\[\[package\]\]/ { n = v = "" }
        $1 == "name" { n = $3 }
        $1 == "version" { v = $3 }
        $1 == "checksum" && n == name && v == version { gsub("\"", "", $3); print $3 }
    ' Cargo.lock
}

# Other people's crates in the module, and what makes code for it.
crates() {
    cargo tree --quiet --locked --package solvable-web --target $target --edges normal,build --prefix none --format '{p}' |
        awk '!/\(\// { sub("^v", "", $2); print $1, $2 }' | LC_ALL=C sort -u
}

check() {
    local module=web/module problems=0 name version sum
    sums() { sed -n '/^[0-9a-f]\{64\}  [a-z]*\//p' $module/$manifest; }
    sums | sha256sum --check --quiet --strict || problems=1
    [ "$(sums | cut -c 67- | grep -v '^web/module/')" = "$(sources)" ] || { echo "sources have come or gone" >&2 && problems=1; }
    grep -qxF "$(settings)" $module/$manifest || { echo "Cargo.toml: profiles or dependencies have changed" >&2 && problems=1; }
    while read -r _ name version sum; do
        [ "$(locked "$name" "$version")" = "$sum" ] || { echo "Cargo.lock: no $name $version of this checksum" >&2 && problems=1; }
    done < <(grep '^crate ' $module/$manifest)
    ((problems == 0)) || { echo "web/module/solvable.wasm is not of these sources: run web/build.sh and commit web/module" >&2 && exit 1; }
    echo "web/module/solvable.wasm is of these sources"
}

# choose: the compiler and the linker, as variables of the environment; extra arguments of cargo in `std`.
choose() {
    local rustup_lld
    std=()
    if [ -n "$(find "$(rustc --print sysroot)/lib/rustlib/$target" -name 'libstd-*.rlib' -print -quit 2> /dev/null)" ]; then
        return
    fi
    export RUSTC=/usr/bin/rustc
    if [ ! -x $RUSTC ] || [ ! -f "$($RUSTC --print sysroot)/lib/rustlib/src/rust/library/std/Cargo.toml" ]; then
        echo "no standard library for $target: rustup target add $target, or apt-get install rustc-web rust-web-src lld-19" >&2
        exit 1
    fi
    # The standard library is built along, which is not stable.
    export RUSTC_BOOTSTRAP=1
    std=("-Zbuild-std=std,panic_abort")
    rustup_lld="$(rustc --print sysroot)/lib/rustlib/$($RUSTC --version --verbose | sed -n 's/^host: //p')/bin/rust-lld"
    if [ -x "$rustup_lld" ]; then
        export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=$rustup_lld
    else
        CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=$(command -v wasm-ld || find /usr/bin -name 'wasm-ld-*' | sort -V | tail -1)
        export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER
    fi
}

build() {
    local to=$1 built home compiler name version
    choose
    home=${CARGO_HOME:-$HOME/.cargo}
    # The same bytes wherever it is built; and the stack that a program has, not the megabyte of this target.
    export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="--remap-path-prefix=$PWD=. --remap-path-prefix=$home=cargo -Clink-arg=-zstack-size=8388608"
    cargo build --locked --profile web --package solvable-web --target $target "${std[@]}"
    built=${CARGO_TARGET_DIR:-target}/$target/web/solvable_web.wasm
    compiler=$("${RUSTC:-rustc}" --version)
    mkdir -p "$to"
    cp "$built" "$to/solvable.wasm"
    chmod 644 "$to/solvable.wasm"
    {
        echo "# What solvable.wasm was built from; written by web/build.sh, held against the sources by web/build.sh --check."
        echo "compiler $compiler${std[*]:+, its standard library built along}"
        echo "$(sha256sum < "$to/solvable.wasm" | cut -c 1-64)  web/module/solvable.wasm"
        sources | xargs sha256sum
        settings
        crates | while read -r name version; do
            echo "crate $name $version $(locked "$name" "$version")"
        done
    } > "$to/$manifest"
    echo "$to/solvable.wasm: $(wc -c < "$to/solvable.wasm") bytes, $(gzip -9nc "$to/solvable.wasm" | wc -c) zipped"
}

case ${1:-} in
    --check) check ;;
    --to) build "$2" ;;
    '') build web/module ;;
    *) sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2 && exit 2 ;;
esac
