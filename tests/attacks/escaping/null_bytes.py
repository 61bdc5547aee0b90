# tries: a NUL in the text, at which some readers end
# must: be refused with its place
# builder: true
# keeps: []
# sees: {remarks: "NUL character"}


def build(folder):
    made = folder / "solution.py"
    made.write_bytes(HONEST.encode() + b"\0\nimport os\nos._exit(0)\n")
    return made
