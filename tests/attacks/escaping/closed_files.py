# tries: files and folders that nobody may read
# must: be left out, or be refused with a reason
# builder: true


def build(folder):
    made = folder / "handed in"
    (made / "closed").mkdir(parents=True)
    (made / "solution.py").write_text(HONEST)
    (made / "data.csv").write_text("1,2")
    (made / "data.csv").chmod(0)
    (made / "closed").chmod(0)
    return made
