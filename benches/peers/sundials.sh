#!/bin/sh
# Builds SUNDIALS with optimisation for this machine, from the source package of the distribution (Debian, Ubuntu), into target/sundials.
#
# Why: Debian's own libraries of SUNDIALS (6.4.1+dfsg1-3 at least) are compiled without optimisation, several times slower than they need be. A
# comparison with them would be unfair. The benchmark takes target/sundials where it exists, the system's libraries otherwise, and says which.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
prefix=${SUNDIALS_PREFIX:-$here/target/sundials}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for tool in cc cmake make apt-get; do
    command -v "$tool" >/dev/null || { echo "$tool is missing" >&2; exit 1; }
done
if [ ! -e /usr/include/suitesparse/klu.h ]; then
    apt-get install -y libsuitesparse-dev || { echo "KLU is missing: install libsuitesparse-dev" >&2; exit 1; }
fi
# sources of the running release, without touching the system's own lists
. /etc/os-release
mkdir "$work/lists"
echo "deb-src http://deb.debian.org/debian ${VERSION_CODENAME:-stable} main" >"$work/sources.list"
apt="apt-get -q -o Dir::Etc::sourcelist=$work/sources.list -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists=$work/lists"
cd "$work"
$apt update
$apt --download-only source sundials
mkdir source
tar -xf sundials_*.orig.tar.* -C source --strip-components=1
cmake -S source -B build -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_FLAGS="-march=native" -DCMAKE_C_FLAGS_RELEASE="-O3 -DNDEBUG" \
    -DCMAKE_POSITION_INDEPENDENT_CODE=ON -DBUILD_SHARED_LIBS=OFF -DCMAKE_INSTALL_PREFIX="$prefix" -DCMAKE_INSTALL_LIBDIR=lib \
    -DENABLE_KLU=ON -DKLU_INCLUDE_DIR=/usr/include/suitesparse -DKLU_LIBRARY_DIR="/usr/lib/$(cc -dumpmachine)" \
    -DBUILD_CVODES=ON -DBUILD_CVODE=OFF -DBUILD_ARKODE=OFF -DBUILD_IDA=OFF -DBUILD_IDAS=OFF -DBUILD_KINSOL=OFF \
    -DEXAMPLES_ENABLE_C=OFF -DEXAMPLES_ENABLE_CXX=OFF -DEXAMPLES_INSTALL=OFF
cmake --build build --target install
echo "SUNDIALS is in $prefix"
