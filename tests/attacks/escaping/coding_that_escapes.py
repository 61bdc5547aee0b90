# tries: encodings that rewrite what they read
# must: be passed over
# builder: true
# sees: {remarks: "encoding"}


def build(folder):
    made = folder / "solution.py"
    text = '# -*- coding: unicode_escape -*-\n# \\x0aopen("/tmp/@MARK@", "w")\n'
    made.write_text(text + HONEST)
    return made
