#!/bin/sh
# Packs a program to give to others (`make portable`) with its model: a tarball that is installed without root, a .deb, and
# their SHA-256 sums.
# usage: packages.sh PROGRAM FOLDER      (FOLDER is made anew)
#
# The .deb is made with dpkg-deb and not with cargo-deb: what goes into it is staged for the tarball already, manual pages and
# completions come from the built program, and cargo-deb would add a tool to build and a second list of the same files. The
# dependencies are computed by dpkg-shlibdeps, as cargo-deb does.
set -eu
cd "$(dirname "$0")/.."
program=$1 out=$2
# The bar: what somebody with a slow line is ready to download.
most_bytes=110000000
for tool in xz dpkg-deb dpkg-shlibdeps; do
  command -v "$tool" >/dev/null || {
    echo "$tool is missing. On Debian and Ubuntu: apt install xz-utils dpkg-dev" >&2
    exit 1
  }
done
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
# The same files give the same packages, byte for byte.
epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
export SOURCE_DATE_EPOCH="$epoch"
rm -rf "$out"
mkdir -p "$out"

name=aloud-$version-$(uname -m)-linux
staged=$out/$name
sh packaging/stage.sh "$program" "$staged"
tar -C "$out" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$epoch" -cf - "$name" | xz -6 -T1 >"$out/$name.tar.xz"

# The same files where Debian has them.
architecture=$(dpkg --print-architecture)
maintainer="The aloud contributors <aloud-practice@users.noreply.github.com>"
deb=$out/deb
mkdir -p "$deb/DEBIAN" "$deb/usr/share/zsh"
mv "$staged/bin" "$deb/usr/bin"
mv "$staged/share/zsh/site-functions" "$deb/usr/share/zsh/vendor-completions"
rmdir "$staged/share/zsh"
mv "$staged"/share/* "$deb/usr/share/"
rm -r "$staged" "$deb/usr/share/aloud/uninstall.sh"
doc=$deb/usr/share/doc/aloud
gzip -9n "$deb"/usr/share/man/man1/*.1
mv "$doc/CHANGELOG.md" "$doc/changelog"
cat >"$doc/changelog.Debian" <<EOF
aloud ($version-1) unstable; urgency=medium

  * Version $version. What is new in it is in changelog.gz.

 -- $maintainer  $(LC_ALL=C date -R -u -d "@$epoch")
EOF
gzip -9n "$doc/changelog" "$doc/changelog.Debian"
cat LICENSE LICENSE-MIT >"$doc/copyright"
printf '\nOn Debian systems, the Apache License 2.0 is in /usr/share/common-licenses/Apache-2.0.\n' >>"$doc/copyright"
rm "$doc/LICENSE" "$doc/LICENSE-MIT" "$doc/LICENSE-APACHE"

work=$out/shlibdeps
mkdir -p "$work/debian"
printf 'Source: aloud\n\nPackage: aloud\nArchitecture: %s\n' "$architecture" >"$work/debian/control"
depends=$(cd "$work" && dpkg-shlibdeps -O -e../deb/usr/bin/aloud | sed -n 's/^shlibs:Depends=//p')
rm -r "$work"
[ -n "$depends" ] || { echo "dpkg-shlibdeps found no dependencies" >&2; exit 1; }
cat >"$deb/DEBIAN/control" <<EOF
Package: aloud
Version: $version-1
Architecture: $architecture
Maintainer: $maintainer
Installed-Size: $(du -k -s --apparent-size "$deb/usr" | cut -f1)
Depends: $depends
Recommends: libasound2t64 | libasound2
Suggests: libasound2-plugins, pipewire-alsa
Section: sound
Priority: optional
Homepage: $(sed -n 's/^repository = "\(.*\)"/\1/p' Cargo.toml)
Description: practise interview answers aloud, on your own machine
 aloud records or opens a spoken answer, writes down what you really said, um
 and uh included, and tells you one to three things to change in the next take.
 Nothing is uploaded and there is no account. Its speech model is included.
EOF
(cd "$deb" && find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum >DEBIAN/md5sums)
find "$deb" -exec touch -h -d "@$epoch" {} +
dpkg-deb --root-owner-group -Zxz -z6 --build "$deb" "$out/aloud_$version-1_$architecture.deb" >/dev/null
rm -r "$deb"

cd "$out"
sha256sum -- *.tar.xz *.deb >SHA256SUMS
for package in *.tar.xz *.deb; do
  bytes=$(wc -c <"$package")
  echo "$package: $bytes bytes"
  [ "$bytes" -le "$most_bytes" ] || { echo "$package is larger than $most_bytes bytes." >&2; exit 1; }
done
