# tries: bytecode, libraries and eggs beside the solution, without their source
# must: run confined, or not at all
# builder: true
import marshal
import importlib.util


def build(folder):
    made = folder / "handed in"
    made.mkdir()
    (made / "solution.py").write_text(
        "try:\n    import hidden\nexcept Exception as error:\n    print(error)\n"
        "try:\n    import native\nexcept Exception as error:\n    print(error)\n" + HONEST
    )
    code = compile("print(open('@SECRET@').read())", "hidden.py", "exec")
    data = importlib.util.MAGIC_NUMBER + bytes(12) + marshal.dumps(code)
    (made / "hidden.pyc").write_bytes(data)
    (made / "__pycache__").mkdir()
    (made / "__pycache__" / "solution.cpython-311.pyc").write_bytes(data)
    (made / "native.so").write_bytes(b"\x7fELF" + bytes(100))
    return made
