#!/bin/sh
# Makes the Arduino library: install.sh ~/Arduino/libraries/Tickmark [tflm]. With tflm it takes the TFLM glue in, which needs
# a TFLM library beside it. Arduino compiles what lies in a library's src folder and nothing else, hence a copy.
set -eu
to=${1:?usage: install.sh FOLDER [tflm]}
from=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$to/src"
cp -R "$from/library.properties" "$from/examples" "$to/"
cp "$from"/../port/build_id.ld "$to/"
cp "$from"/src/* "$from"/../port/*.[ch] "$from"/../../agent/*.[ch] "$to/src/"
if [ "${2:-}" = tflm ]; then
  cp "$from/../tflm/tickmark_tflm.h" "$to/src/"
  cp "$from/../tflm/tickmark_tflm.cc" "$to/src/tickmark_tflm.cpp"
fi
