#!/bin/sh
# Builds the image where no registry of images can be reached: its base is made of Debian's packages and of the npm packages
# `node` and `npm`. Needs root, podman, mmdebstrap and npm.
#   deploy/image/build_offline.sh <tag> [podman's own options, such as --root /some/folder]
set -eu

tag=${1:?the tag of the image, such as stockflow}
shift
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)
node_version=$(sed -n 's/^    "node": "\(.*\)",*$/\1/p' "$root/package.json")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Host network and chroot: the steps run in no container of their own, which a build inside of one cannot have.
build() { podman build --quiet --isolation chroot --network host --format docker "$@"; }

# Unpacked, not configured: what Node, npm and a shell need to run.
mmdebstrap --quiet --variant=extract \
  --include=base-files,coreutils,dash,libatomic1,libc6,libgcc-s1,libstdc++6 bookworm "$work/debian.tar"
podman "$@" import --quiet "$work/debian.tar" localhost/stockflow-debian >/dev/null

npm install --prefix "$work/node" --no-audit --no-fund --loglevel=error "node@$node_version" npm@11 >/dev/null
# The registry may be reached through a proxy with an authority of its own.
cp /etc/ssl/certs/ca-certificates.crt "$work/node"
cat >"$work/node/Containerfile" <<EOF
FROM localhost/stockflow-debian
COPY ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY node_modules/node/bin/node /usr/local/bin/node
COPY node_modules/npm /usr/local/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
EOF
build "$@" --tag localhost/stockflow-node "$work/node" >/dev/null

build "$@" --build-arg NODE_IMAGE=localhost/stockflow-node \
  --file "$root/deploy/image/Containerfile" --ignorefile "$root/deploy/image/Containerfile.dockerignore" --tag "$tag" "$root"
