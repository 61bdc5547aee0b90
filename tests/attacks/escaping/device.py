# tries: a device that is called solution.py and never ends
# must: not be opened
# builder: true
# needs: [root]
# keeps: []
import os
import stat


def build(folder):
    made = folder / "handed in"
    made.mkdir()
    os.mknod(made / "solution.py", stat.S_IFCHR | 0o666, os.makedev(1, 5))  # /dev/zero
    return made
