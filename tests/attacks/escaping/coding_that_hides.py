# tries: an encoding under which comments are code
# must: be read as UTF-8, by which it is a comment
# builder: true
# sees: {remarks: "encoding"}


def build(folder):
    made = folder / "solution.py"
    hidden = "+AAo-open('/tmp/@MARK@', 'w')+AAo-raise SystemExit+AAo-"
    made.write_bytes(b"# coding: utf-7\n# " + hidden.encode() + b"\n" + HONEST.encode())
    return made
