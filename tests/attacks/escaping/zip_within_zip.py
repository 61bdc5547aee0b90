# tries: zips within zips, of which the inner ones are the bomb
# must: open one, and no more
# builder: true
# keeps: []
# sees: {remarks: "no solution.py was found|not opened"}
import io
import zipfile


def build(folder):
    content = b"x = 1\n" * 100_000
    name = "solution.py"
    for level in range(6):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for copy in range(4):
                archive.writestr(f"{copy}{name}", content)
        content, name = buffer.getvalue(), ".zip"
    made = folder / "handed in.zip"
    made.write_bytes(content)
    return made
