# tries: a zip that lists a hundred thousand files
# must: be refused
# builder: true
# keeps: []
# sees: {remarks: "too many files|more than"}
# time: 15
import zipfile


def build(folder):
    made = folder / "handed in.zip"
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("solution.py", HONEST)
        for number in range(60_000):
            archive.writestr(f"{number}", "")
    return made
