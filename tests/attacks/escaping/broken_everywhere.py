# tries: a text that parses nowhere, in ways that make a patient reader try for long
# must: be given up in time, with the honest functions read
# builder: true
# time: 15


def build(folder):
    made = folder / "solution.py"
    broken = "".join(f"x{n} = (\ny{n} = '''\nz{n} = [{{\n" for n in range(150)).replace("'''", "1")
    made.write_text(HONEST + "\n" + broken)
    return made
