# tries: names that are options, commands, formulas or markup to a careless program
# must: be helpers of an odd name
# builder: true


def build(folder):
    made = folder / "handed in"
    made.mkdir()
    (made / "solution.py").write_text(HONEST)
    for name in ("-rf", "--help", "$(touch @MARK@)", "`id`", ";id", "=1+1.csv", "@x", "[b]x[-b]", "%s%n", "'\"", "con", "nul.py"):
        (made / name).write_text("x = 1")
    return made
