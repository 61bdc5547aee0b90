# tries: a folder that is called solution.py
# must: be taken for a folder
# builder: true


def build(folder):
    made = folder / "handed in"
    (made / "solution.py").mkdir(parents=True)
    (made / "solution.py" / "solution.py").write_text(HONEST)
    return made
