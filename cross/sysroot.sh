#!/bin/bash
# cross/sysroot.sh arm64|armhf [SOURCES…]: makes build-sysroot/ARCH, the headers and libraries of
# Debian 12 for that architecture, from the apt sources this machine already uses or from the files
# named. Needs mmdebstrap. Nothing in the sysroot is run while making it.
set -eu

arch=${1:-}
case $arch in
  arm64 | armhf) ;;
  *) echo "usage: cross/sysroot.sh arm64|armhf [SOURCES…]" >&2; exit 2 ;;
esac
shift
command -v mmdebstrap >/dev/null || { echo "sysroot.sh: install mmdebstrap first" >&2; exit 1; }

top=$(cd "$(dirname "$0")/.." && pwd)
out=$top/build-sysroot/$arch
packages=$(sed -n '/^\[build\]$/,/^\[/p' "$top/tests/support/packages.txt" | grep -E -- '-dev$' |
  tr '\n' ',')
sources=()
[ $# -gt 0 ] || set -- /etc/apt/sources.list /etc/apt/sources.list.d/*.list \
  /etc/apt/sources.list.d/*.sources
for file in "$@"; do
  [ ! -s "$file" ] || sources+=("$file")
done

rm -rf "$out.new"
mkdir -p "$top/build-sysroot"
mmdebstrap --quiet --variant=extract --architectures="$arch" --include="libc6-dev,$packages" \
  bookworm "$out.new" "${sources[@]}"

# A link to /lib/… would lead to this machine's file.
find "$out.new" -type l -lname '/*' -print0 | while IFS= read -r -d '' link; do
  ln -sfnr "$out.new$(readlink "$link")" "$link"
done
# Programs run under emulation take their schemas from here, and their fonts from this machine.
if [ -d "$out.new/usr/share/glib-2.0/schemas" ]; then
  glib-compile-schemas "$out.new/usr/share/glib-2.0/schemas"
fi
rm -rf "$out.new/usr/share/fonts" "$out.new/usr/share/doc" "$out.new/usr/share/man"
rm -rf "$out"
mv "$out.new" "$out"
printf "[constants]\nsysroot = '%s'\n" "$out" >"$out.ini"
echo "Made build-sysroot/$arch"
