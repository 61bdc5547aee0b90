# tries: a zip whose names climb out of the directory where it is unpacked
# must: be left out and said; nothing is written anywhere
# builder: true
# sees: {remarks: "left out"}
import zipfile


def build(folder):
    made = folder / "handed in.zip"
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("solution.py", HONEST)
        for name in ("../@MARK@.py", "../../../../../../tmp/@MARK@", "a/../../@MARK@", "..\\@MARK@"):
            archive.writestr(name, "x = 1")
    return made
