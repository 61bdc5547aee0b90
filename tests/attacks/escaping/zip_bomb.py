# tries: a zip whose solution is a hundred megabytes of blanks
# must: be refused when it passes the limit
# builder: true
# keeps: []
# sees: {remarks: "larger than"}
import zipfile


def build(folder):
    made = folder / "handed in.zip"
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("solution.py", "w", force_zip64=True) as file:
            for _ in range(32):
                file.write(b" " * (1 << 22))
    return made
