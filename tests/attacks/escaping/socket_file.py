# tries: a socket that is called solution.py
# must: not be opened
# builder: true
# keeps: []
import os
import socket


def build(folder):
    made = folder / "handed in"
    made.mkdir()
    before = os.getcwd()
    os.chdir(made)  # the path of a socket must be short
    try:
        with socket.socket(socket.AF_UNIX) as one:
            one.bind("solution.py")
    finally:
        os.chdir(before)
    return made
