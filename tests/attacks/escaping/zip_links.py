# tries: a zip in which the solution's neighbours are links to secrets
# must: be left out and said
# builder: true
# sees: {remarks: "symbolic link"}
import stat
import zipfile


def build(folder):
    made = folder / "handed in.zip"
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("solution.py", "import stolen\nprint(stolen)\n" + HONEST)
        for name, target in (("stolen.py", "@SECRET@"), ("all", "/"), ("reference", "@SOURCE@")):
            entry = zipfile.ZipInfo(name)
            entry.create_system = 3
            entry.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(entry, target)
    return made
