#!/bin/bash
# How much memory does a viewer over rtsps take beyond one in the clear?
#   perf-scripts/tls-memory.sh [OPTIONS]        OPTIONS: --help
. "$(dirname "$0")/tls/run.sh" memory "openssl" "$@"
