# tries: a zip that says its files are smaller than they are, and overlap
# must: be counted as they are unpacked
# builder: true
# keeps: []
import io
import struct
import zipfile


def build(folder):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("solution.py", b"#" * (64 << 20))
    data = bytearray(buffer.getvalue())
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", data, data.find(mark) + at, 10)  # the size when unpacked
    made = folder / "handed in.zip"
    made.write_bytes(data)
    return made
