#!/bin/sh
# Make .venv, unless it is there and of a Python that fits: `sh tools/venv.sh [PYTHON]`.
#
# Without PYTHON, any Python of 3.10 to 3.13 fits; with it, that one alone.
set -eu

NEEDED="Python 3.10 to 3.13"

# A terminal that activated .venv, and the Makefile, put it first. It may be what is wrong.
while [ "${PATH#"$PWD/.venv/bin:"}" != "$PATH" ]; do PATH=${PATH#"$PWD/.venv/bin:"}; done

# Print version and home of a Python. A command that is not one, such as pyenv's for a version that
# is not in use, prints nothing.
about() {
  "$1" -c 'import os, sys
home = getattr(sys, "base_prefix", sys.prefix)
print("%d.%d %s" % (sys.version_info[0], sys.version_info[1], os.path.realpath(home)))' 2>/dev/null || :
}

fits() {
  case $1 in "3.10 "* | "3.11 "* | "3.12 "* | "3.13 "*) ;; *) return 1 ;; esac
}

# Debian and Ubuntu have this in a package of its own.
has_venv() {
  "$1" -c 'import ensurepip, venv' 2>/dev/null
}

stop() {
  echo "$1" >&2
  exit 1
}

# pip comes last: a .venv without it was not finished.
present=
if [ -x .venv/bin/pip ]; then present=$(about .venv/bin/python); fi

python=${1:-}
if [ -n "$python" ]; then
  found=$(about "$python")
  [ -n "$found" ] || stop "PYTHON=$python is not a Python that runs; $NEEDED is needed."
  fits "$found" || stop "PYTHON=$python is Python ${found%% *}; $NEEDED is needed."
  has_venv "$python" || stop "PYTHON=$python has no venv; install it (Debian: python${found%% *}-venv)."
  [ "$found" != "$present" ] || exit 0
else
  ! fits "$present" || exit 0
  seen=
  # 3.11 first: the tests run on it.
  for name in python3.11 python3.13 python3.12 python3.10 python3 python; do
    found=$(about "$name")
    [ -n "$found" ] || continue
    if ! fits "$found"; then
      seen="$seen, $name is ${found%% *}"
    elif ! has_venv "$name"; then
      seen="$seen, $name has no venv (Debian: install python${found%% *}-venv)"
    else
      python=$name
      break
    fi
  done
  if [ -z "$python" ]; then
    seen=${seen:-, no Python}
    stop "$NEEDED is needed; found on the PATH: ${seen#, }. Name another: make PYTHON=/path/to/python3.11"
  fi
fi

echo "Making .venv with $python, which is Python ${found%% *}"
"$python" -m venv --clear .venv
