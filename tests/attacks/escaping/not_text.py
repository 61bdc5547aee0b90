# tries: hand in a program, a document or noise under the name of a solution
# must: be refused with a reason
# builder: true
# keeps: []
# sees: {remarks: "looks like a compiled program"}


def build(folder):
    made = folder / "solution.py"
    made.write_bytes(b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 100)
    return made
