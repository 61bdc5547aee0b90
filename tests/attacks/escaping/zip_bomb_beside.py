# tries: a zip of a good solution and of helpers that are far larger than the zip
# must: leave these out and say so
# builder: true
# sees: {remarks: "left out"}
import zipfile


def build(folder):
    made = folder / "handed in.zip"
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("solution.py", HONEST)
        for number in range(4):
            with archive.open(f"data{number}.bin", "w", force_zip64=True) as file:
                for _ in range(16):
                    file.write(b"\0" * (1 << 22))
    return made
