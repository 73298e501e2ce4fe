#!/bin/sh
# What the pre-commit hook runs: the command line of this checkout, which is built the first time.
set -e
root=$(cd "$(dirname "$0")/.." && pwd)
if [ ! -f "$root/dist/cli.js" ]; then
  (cd "$root" && npm ci --no-audit --no-fund && npm run build) >&2
fi
exec node "$root/dist/cli.js" check "$@"
