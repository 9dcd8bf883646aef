#!/bin/sh
# Puts together what is installed: the program, its speech model, manual pages, completions and documents, with the scripts
# that install and remove them. `make install` installs from there; `packages.sh` packs it.
# usage: stage.sh PROGRAM FOLDER      (FOLDER is made anew)
set -eu
cd "$(dirname "$0")/.."
program=$1 folder=$2
rm -rf "$folder"
share=$folder/share
mkdir -p "$folder/bin" "$share/aloud/models" "$share/man/man1" "$share/doc/aloud/samples" \
  "$share/bash-completion/completions" "$share/zsh/site-functions" "$share/fish/vendor_completions.d"
install -m755 "$program" "$folder/bin/aloud"
install -m644 models/ggml-base-q8_0.bin "$share/aloud/models/"
"$program" completions bash >"$share/bash-completion/completions/aloud"
"$program" completions zsh >"$share/zsh/site-functions/_aloud"
"$program" completions fish >"$share/fish/vendor_completions.d/aloud.fish"
for page in $("$program" man --list); do
  "$program" man "$page" >"$share/man/man1/$page.1"
done
install -m644 README.md CHANGELOG.md SECURITY.md LICENSE LICENSE-MIT LICENSE-APACHE LIBRARIES.txt "$share/doc/aloud/"
cp -R docs "$share/doc/aloud/"
install -m644 samples/page.png samples/too_short.flac "$share/doc/aloud/samples/"
chmod -R u=rwX,go=rX "$folder"
install -m755 packaging/install.sh "$folder/"
install -m755 packaging/uninstall.sh "$share/aloud/"
