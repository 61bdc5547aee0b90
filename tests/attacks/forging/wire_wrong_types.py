# tries: answer with messages whose parts have other types than they should
# must: be no answer
# sees: {pixels: "not the answer", caption: "not the answer", layer_table: "not the answer", blurred: "not the answer"}
import os
import struct
import sys


def reply(payload):
    frame = sys._getframe()
    while type(frame.f_locals.get("nonce")) is not bytes:
        frame = frame.f_back
    os.write(3, struct.pack("<16sQ", frame.f_locals["nonce"], len(payload)) + payload)


def text(characters):
    return b"s" + struct.pack("<I", len(characters)) + characters.encode()


def message(*parts):
    return b"t" + struct.pack("<I", len(parts)) + b"".join(parts)


def pixels(height, width):  # notes that are no notes
    reply(message(text("returned"), b"i\x01\x00\x07", text("full marks"), message()))


def caption(text_):  # an exception without frames
    reply(message(text("raised"), text("ValueError"), b"N", b"N", b"N", b"N"))


def layer_table(sizes):  # a verdict
    reply(message(text("passed"), b"T", b"T", message()))


def blurred(image):  # an array where the kind of the message should be
    reply(message(b"ab\x01\x01" + struct.pack("<Q", 8) + b"\x01" * 8, b"T", b"T"))


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
