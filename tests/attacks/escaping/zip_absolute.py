# tries: a zip with absolute names, drives and network paths
# must: be left out and said
# builder: true
# sees: {remarks: "left out"}
import zipfile


def build(folder):
    made = folder / "handed in.zip"
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("solution.py", HONEST)
        for name in ("/tmp/@MARK@", "//tmp/@MARK@", "C:\\@MARK@", "C:@MARK@", "\\\\host\\@MARK@"):
            archive.writestr(name, "x = 1")
    return made
