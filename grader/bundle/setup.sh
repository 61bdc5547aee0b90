#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the image in which submissions are marked.
#
# What it leaves: a virtual environment in /opt/grader with the pinned packages, the system's own
# Python untouched, and everything of the assignment's readable by root alone. It ends by trying
# the assignment there, so that a mistake shows now and not on the first submission.
#
# GRADER_TORCH_INDEX: where torch comes from when submissions may use it; PyTorch's index of builds
# without CUDA by default, and empty for whatever pip is configured to use.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
torch_index=${GRADER_TORCH_INDEX-https://download.pytorch.org/whl/cpu}
python=/opt/grader/bin/python

umask 022 # workers have users of their own, who must be able to read the packages
if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))'; then
    echo "The grader needs Python 3.10 or newer; this image has $(python3 --version)." >&2
    echo "Choose a newer base image in the autograder's settings." >&2
    exit 1
fi
if ! python3 -c 'import ensurepip' 2>/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends python3-venv
fi
python3 -m venv /opt/grader

install=("$python" -m pip install --quiet --disable-pip-version-check --no-cache-dir
    --only-binary=:all:) # building from source would take this image's compilers, and its time
if grep -E '^torch\b' requirements.txt > torch.txt; then # alone, or another index might offer CUDA
    "${install[@]}" --no-deps ${torch_index:+--index-url "$torch_index"} -r torch.txt
fi
rm -f torch.txt
"${install[@]}" -r requirements.txt

umask 077
"$python" -m compileall -q grader reference # each submission starts from this image
mkdir -p ../results
chmod -R go= . ../results
"$python" -m pip --disable-pip-version-check freeze
"$python" -m grader config --plain
"$python" -m grader doctor --plain ||
    echo "Submissions might not be marked here: see above. The image is built all the same." >&2
