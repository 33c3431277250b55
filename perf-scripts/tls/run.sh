# For the scripts that measure TLS: . tls/run.sh MODULE "TOOLS" ARGUMENTS... runs MODULE.py of this folder when the binaries and the tools are there.
set -eu
module=$1 tools=$2
shift 2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$here/../..
export FASTRTSPPROXY_BIN=${FASTRTSPPROXY_BIN:-$root/artifacts/aot/fastrtspproxy} RTSPSIM_BIN=${RTSPSIM_BIN:-$root/artifacts/aot/rtspsim}
case " $* " in *" --help "* | *" -h "*) exec python3 "$here/$module.py" --help ;; esac
for binary in "$FASTRTSPPROXY_BIN" "$RTSPSIM_BIN"; do
    [ -x "$binary" ] || { echo "no $binary: make it with packaging/publish.sh, or name one by FASTRTSPPROXY_BIN and RTSPSIM_BIN"; exit 1; }
done
for tool in $tools; do
    command -v "$tool" > /dev/null || { echo "no $tool: apt-get install $tool"; exit 1; }
done
exec python3 "$here/$module.py" "$@"
