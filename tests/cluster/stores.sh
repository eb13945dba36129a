# shellcheck shell=bash
# What the tests of this folder ask of stores of trials. Sourced.

# store_files DIR: the files of trials below DIR.
store_files() {
    find "$1" -name '*.jsonl' -type f | LC_ALL=C sort
}

# stored DIR: experiment, setting, seed and number of every stored trial, one a line, sorted; a torn line is none.
stored() {
    local files
    mapfile -t files < <(store_files "$1")
    [ ${#files[@]} -eq 0 ] || sed -n 's/,"code":.*}}$//p' "${files[@]}" | LC_ALL=C sort
}

# torn DIR: how many files end in the midst of a line.
torn() {
    local file count=0
    while read -r file; do
        [ -z "$(tail -c 1 "$file" | tr -d '\n')" ] || count=$((count + 1))
    done < <(store_files "$1")
    echo "$count"
}

# same_store EXPECTED ACTUAL: the same trials, none lost, none drawn twice.
same_store() {
    local expected actual doubled lost foreign
    expected=$(stored "$1" | uniq)
    actual=$(stored "$2")
    doubled=$(uniq -d <<< "$actual" | wc -l)
    lost=$(comm -23 <(echo "$expected") <(uniq <<< "$actual") | wc -l)
    foreign=$(comm -13 <(echo "$expected") <(uniq <<< "$actual") | wc -l)
    echo "$(wc -l <<< "$actual") trials stored: $lost lost, $doubled doubled, $foreign that nobody asked for"
    ((doubled + lost + foreign == 0))
}

# same_results EXPECTED ACTUAL: the judgement to the byte.
same_results() {
    cmp "$1/results.json" "$2/results.json"
}

fail() {
    echo "failed: $*" >&2
    exit 1
}
