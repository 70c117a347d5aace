#!/bin/sh
# Installs the release of Renode that renode.sha256 beside this file pins, for CI on Linux: sh install-renode.sh FOLDER
# Nothing is unpacked that has not the pinned checksum. Prints what to put on the PATH; does nothing when it is there already.
set -eu

folder=${1:?usage: install-renode.sh FOLDER}
sums=$(dirname "$0")/renode.sha256

case $(uname -s)-$(uname -m) in
  Linux-x86_64) system=linux ;;
  Linux-aarch64) system=linux-arm64 ;;
  *)
    echo "no pinned Renode for $(uname -s) on $(uname -m): install it by hand, from https://github.com/renode/renode/releases" >&2
    exit 1
    ;;
esac
pinned=$(grep -- "\.$system-portable-dotnet\.tar\.gz\$" "$sums")
archive=${pinned##* }
version=${archive#renode-}
version=${version%".$system-portable-dotnet.tar.gz"}
installed=$folder/renode-$version

if [ ! -x "$installed/renode" ]; then
  mkdir -p "$folder"
  work=$(mktemp -d "$folder/.renode-XXXXXX")
  trap 'rm -rf "$work"' EXIT
  curl --fail --location --silent --show-error --retry 3 --output "$work/$archive" \
    "https://github.com/renode/renode/releases/download/v$version/$archive"
  (cd "$work" && echo "$pinned" | sha256sum --check --quiet --strict >&2)
  mkdir "$work/renode"
  tar -xzf "$work/$archive" -C "$work/renode" --strip-components=1
  test -x "$work/renode/renode"
  rm -rf "$installed" # what an interrupted installation has left
  mv "$work/renode" "$installed"
fi
echo "$installed"
