#!/bin/sh
# Make .venv, unless it is there, made in this folder and of a Python that fits:
# `sh tools/venv.sh [PYTHON]`.
#
# Without PYTHON, any Python of 3.10 to 3.14 is taken; with it, that one alone, newer ones too.
set -eu

NEEDED="Python 3.10 to 3.14"

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
  case $1 in "3."[1-9][0-9]" "*) ;; *) return 1 ;; esac
}

tried() {
  case $1 in "3.1"[0-4]" "*) ;; *) return 1 ;; esac
}

# In a clone that was moved or copied, the commands of .venv run the Python of the old folder. They name
# it in their first line; in the second if it is long or has a space.
is_of_this_folder() {
  { read -r first; read -r second; } < .venv/bin/pip
  case "$first $second" in *[\"!\ ]"$(pwd -P)/.venv/bin/"*) ;; *) return 1 ;; esac
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
if [ -x .venv/bin/pip ] && is_of_this_folder; then present=$(about .venv/bin/python); fi

python=${1:-}
if [ -n "$python" ]; then
  found=$(about "$python")
  [ -n "$found" ] || stop "PYTHON=$python is not a Python that runs; $NEEDED is needed."
  fits "$found" || stop "PYTHON=$python is Python ${found%% *}; $NEEDED is needed."
  has_venv "$python" || stop "PYTHON=$python has no venv; install it (Debian: python${found%% *}-venv)."
  [ "$found" != "$present" ] || exit 0
  tried "$found" || echo "Python ${found%% *} is not tried yet; $NEEDED is."
else
  # One of your choice is kept once everything is installed.
  if tried "$present" || { fits "$present" && [ -e .venv/.ready ]; }; then exit 0; fi
  seen= newer=
  # 3.11 first: the tests run on it.
  for name in python3.11 python3.14 python3.13 python3.12 python3.10 python3 python; do
    found=$(about "$name")
    [ -n "$found" ] || continue
    if ! tried "$found"; then
      seen="$seen, $name is ${found%% *}"
      ! fits "$found" || newer=". $name is not tried yet; to try it: make PYTHON=$name repro"
    elif ! has_venv "$name"; then
      seen="$seen, $name has no venv (Debian: install python${found%% *}-venv)"
    else
      python=$name
      break
    fi
  done
  if [ -z "$python" ]; then
    seen=${seen:-, no Python}
    stop "$NEEDED is needed; found on the PATH: ${seen#, }. Name another: make PYTHON=/path/to/python3.11$newer"
  fi
fi

echo "Making .venv with $python, which is Python ${found%% *}"
# They were made of the .venv before.
rm -rf .venv-milestones .venv-validators
"$python" -m venv --clear .venv
