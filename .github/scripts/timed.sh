#!/usr/bin/env bash
# timed.sh NAME COMMAND…: says what begins, runs it, and says how long it took.
set -u
name=$1
shift
printf '▸ %s\n' "$name"
started=$SECONDS
"$@"
status=$?
if [ $status -eq 0 ]; then
  printf '✓ %s: %d s\n' "$name" $((SECONDS - started))
else
  printf '✗ %s failed after %d s\n' "$name" $((SECONDS - started)) >&2
fi
exit $status
