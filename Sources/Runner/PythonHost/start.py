"""Runs the cells under `%%python`. The kernel starts it, with events on descriptor 3 and commands on descriptor 4."""

import os
import sys

if sys.version_info < (3, 8):
    sys.exit("%s is Python %s; cells under %%%%python need 3.8 or later" % (sys.executable, sys.version.split()[0]))

folder = os.path.dirname(os.path.abspath(__file__))
# Read-only places stay as they are, and nothing is left behind when Gyrus is removed.
writes_bytecode, sys.dont_write_bytecode = not sys.dont_write_bytecode, True
sys.path[:] = [folder] + [path for path in sys.path if path != folder]
from gyrus_host import figures, host  # noqa: E402, F401

# As in a notebook: modules that lie beside it can be imported, Gyrus's own cannot.
sys.path[0] = ""
sys.dont_write_bytecode = not writes_bytecode
host.Host().serve()
