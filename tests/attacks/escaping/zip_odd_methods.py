# tries: a zip that is encrypted, or packed by a method that gives without measure
# must: be left out and said
# builder: true
# sees: {remarks: "compressed in a way"}
import zipfile


def build(folder):
    made = folder / "handed in.zip"
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("solution.py", HONEST)
        archive.writestr("a.py", "x = 1" * 10**6, zipfile.ZIP_BZIP2)
        archive.writestr("b.py", "x = 1" * 10**6, zipfile.ZIP_LZMA)
    return made
