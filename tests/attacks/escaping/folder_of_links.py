# tries: a folder of links to itself, to the disk and to secrets
# must: not be followed
# builder: true
# sees: {remarks: "symbolic link"}


def build(folder):
    made = folder / "handed in"
    made.mkdir()
    (made / "solution.py").write_text("import stolen\n" + HONEST)
    for name, target in (("me", "."), ("up", ".."), ("root", "/"), ("stolen.py", "@SECRET@"), ("data", "@SOURCE@"), ("gone", "gone")):
        (made / name).symlink_to(target)
    return made
