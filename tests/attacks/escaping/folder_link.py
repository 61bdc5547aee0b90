# tries: a folder whose solution is a link to a secret
# must: not be followed
# builder: true
# keeps: []
# sees: {remarks: "symbolic link"}


def build(folder):
    made = folder / "handed in"
    made.mkdir()
    (made / "solution.py").symlink_to("@SECRET@")
    return made
