# tries: let ten thousand statements fail while the file is loaded
# must: be reported in part
# builder: true
from pathlib import Path


def build(folder):
    made = Path(folder) / "solution.py"
    made.write_text("1 / 0\n" * 10_000 + "def pixels(height, width):\n    return 0\n\n" + HONEST)
    return made
