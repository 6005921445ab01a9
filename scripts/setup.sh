# scripts/setup.sh - sourced by start and check: what the machine needs, and how to get it.
#
# On Debian and its children missing packages are installed with apt, asking nothing; nothing is ever removed. Elsewhere
# the tools are looked for by name, and what is missing is said. Says everything on stderr: stdout belongs to the program.

readonly setup_packages=(
  g++ cmake ninja-build ccache bison re2c
  libfmt-dev libexpected-dev libsqlite3-dev libcli11-dev nlohmann-json3-dev libtomlplusplus-dev libedit-dev
  catch2 sqlite3
)

say() { printf '%s\n' "$*" >&2; }

give_up() {
  say "$*"
  exit 2
}

# Boost's headers have one place and the packages of two releases exclude each other, so the version is read there.
boost_version() {
  sed -n 's/^#define BOOST_VERSION \([0-9]*\).*/\1/p' /usr/include/boost/version.hpp 2>/dev/null || true
}

boost_package() {
  local version
  version=$(boost_version)
  if [[ -z $version ]]; then
    if apt-cache show libboost1.81-dev >/dev/null 2>&1; then echo libboost1.81-dev; else echo libboost-dev; fi
  elif ((version < 108100)); then
    give_up "The Boost headers here are of version $((version / 100000)).$((version / 100 % 1000)); leftmost needs 1.81 or later.
Debian's libboost1.81-dev takes the place of the older headers (libboost1.74-dev), and nothing is removed from your
machine unasked. If nothing else needs them:
  apt-get install libboost1.81-dev"
  fi
}

missing_packages() {
  local package
  local -A installed=()
  while read -r package; do installed[$package]=1; done < <(
    dpkg-query -W -f='${db:Status-Status} ${Package}\n' "${setup_packages[@]}" 2>/dev/null | sed -n 's/^installed //p'
  )
  for package in "${setup_packages[@]}"; do
    [[ -n ${installed[$package]:-} ]] || echo "$package"
  done
}

as_root() {
  if ((EUID == 0)); then
    "$@"
  elif [[ -t 0 && -t 2 ]]; then
    sudo "$@"
  else
    sudo -n "$@"
  fi
}

install_packages() {
  local by_hand="Install by hand what leftmost is built with, then run this again:
  apt-get install $*"
  if ((EUID != 0)) && ! command -v sudo >/dev/null; then
    give_up "This is not root and there is no sudo. $by_hand"
  fi
  say "installing: $*"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q >&2 </dev/null ||
    say "apt-get update failed; trying with the lists that are here"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends --no-remove "$@" \
    >&2 </dev/null || give_up "apt-get could not install everything. $by_hand"
}

setup_debian() {
  local -a missing
  local boost
  boost=$(boost_package) || exit 2
  mapfile -t missing < <(missing_packages)
  [[ -z $boost ]] || missing+=("$boost")
  ((${#missing[@]} == 0)) || install_packages "${missing[@]}"
}

setup_elsewhere() {
  local tool
  local -a missing=()
  for tool in c++ cmake ninja bison re2c sqlite3; do
    command -v "$tool" >/dev/null || missing+=("$tool")
  done
  ((${#missing[@]} == 0)) || give_up "No apt here, so install by hand: ${missing[*]}, and the development files of
Boost 1.81, fmt, tl-expected, SQLite 3.40, CLI11, nlohmann-json, toml++, libedit, Catch2."
}

setup() {
  if command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; then
    setup_debian
  else
    setup_elsewhere
  fi
}

# build PRESET TARGET: configures once (ninja configures again by itself), then builds. Says nothing when there was
# nothing to do.
build() {
  local preset=$1 target=$2
  if [[ ! -e build/$preset/build.ninja ]]; then
    say "configuring build/$preset"
    cmake --preset "$preset" >&2 </dev/null || return 1
  fi
  local -a quiet=()
  [[ ! -e build/$preset/.built-$target ]] || quiet=(-- --quiet)
  cmake --build --preset "$preset" --target "$target" "${quiet[@]}" </dev/null 2>&1 |
    sed '/^ninja: no work to do/d' >&2 || return 1
  : >"build/$preset/.built-$target"
}
