# scripts/corpus.sh - sourced by check: third-party sqllogictest files, where somebody put them beside the repository.
#
# They are unpacked outside the repository, once per archive, and tests find the folder in LEFTMOST_CORPUS. Without
# them every test still has something to do.
find_corpus() {
  local archive=../shared/corpus/sqllogictest-dev.tar.xz
  [[ -z ${LEFTMOST_CORPUS:-} && -r $archive ]] || return 0
  local cache=${XDG_CACHE_HOME:-$HOME/.cache}/leftmost stamp folder
  stamp=$(stat -c '%s-%Y' "$archive")
  folder=$cache/corpus/$stamp
  if [[ ! -d $folder ]]; then
    if ! command -v xz >/dev/null; then
      printf 'no xz here: the corpus stays packed and unused\n'
      return 0
    fi
    mkdir -p "$cache/corpus"
    rm -rf "$folder.part"
    mkdir "$folder.part"
    tar -xJf "$archive" -C "$folder.part"
    mv "$folder.part" "$folder"
  fi
  export LEFTMOST_CORPUS=$folder
  printf 'corpus: %s\n' "$LEFTMOST_CORPUS"
}
