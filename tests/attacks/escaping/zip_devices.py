# tries: a zip of devices, pipes and files that are run as root
# must: be left out, or be ordinary files
# builder: true
import stat
import zipfile


def build(folder):
    made = folder / "handed in.zip"
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("solution.py", HONEST)
        for name, kind in (("a", stat.S_IFCHR), ("b", stat.S_IFBLK), ("c", stat.S_IFIFO), ("d", stat.S_IFSOCK), ("e", stat.S_IFREG | stat.S_ISUID)):
            entry = zipfile.ZipInfo(name)
            entry.create_system = 3
            entry.external_attr = (kind | 0o777) << 16
            archive.writestr(entry, "x")
    return made
