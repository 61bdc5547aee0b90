# tries: a zip whose solution itself is a link to a secret
# must: not be followed; there is nothing to run
# builder: true
# keeps: []
# sees: {remarks: "no solution.py was found"}
import stat
import zipfile


def build(folder):
    made = folder / "handed in.zip"
    with zipfile.ZipFile(made, "w") as archive:
        entry = zipfile.ZipInfo("solution.py")
        entry.create_system = 3
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, "@SECRET@")
    return made
