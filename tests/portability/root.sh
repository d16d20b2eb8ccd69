#!/bin/sh
# Unpack Debian's packages of a processor, with what they need, into a folder:
# sh root.sh PROCESSOR FOLDER PACKAGE..., where PROCESSOR may be `native`. SUITE names another release
# than this machine's.
#
# From the archive that this machine's apt is set up for. Needs no root, installs nothing here, and
# leaves apt and dpkg as they are.
set -eu
processor=$1 root=$2
shift 2
[ "$processor" != native ] || processor=$(dpkg --print-architecture)

. /etc/os-release
suite=${SUITE:-$VERSION_CODENAME}
uri=$(apt-get indextargets --no-release-info --format '$(REPO_URI)' \
  'Created-By: Packages' "Release: $VERSION_CODENAME" 'Component: main')
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
mkdir -p "$root" "$work/lists/partial" "$work/archives/partial"
echo "deb ${uri%%[[:space:]]*} $suite main" > "$work/sources.list"
: > "$work/status"

apt() {
  # The sandbox is another user, who may not write here.
  apt-get --quiet=2 -o APT::Architecture="$processor" -o APT::Architectures="$processor" \
    -o APT::Sandbox::User= -o Debug::NoLocking=1 -o Dir::Etc::sourcelist="$work/sources.list" \
    -o Dir::Etc::sourceparts=/dev/null -o Dir::State="$work" -o Dir::State::status="$work/status" \
    -o Dir::Cache="$work" "$@"
}
apt update --error-on=any
apt install --yes --download-only --no-install-recommends "$@"
for package in "$work"/archives/*.deb; do dpkg-deb --extract "$package" "$root"; done

# What happens when packages are installed. In Debian 13 these two are in a package of their own.
for name in lib lib64; do [ -e "$root/$name" ] || ln -s "usr/$name" "$root/$name"; done
# Which BLAS to take is chosen then.
for library in "$root"/usr/lib/*/openblas-pthread/lib*.so.[0-9]; do
  [ ! -e "$library" ] || ln -s "openblas-pthread/${library##*/}" "${library%/*/*}/"
done
# The emulator would take an absolute link for one of this machine.
find "$root" -type l -lname '/*' -printf '%p %l\n' | while read -r link target; do
  ln -srnf "$root$target" "$link"
done
