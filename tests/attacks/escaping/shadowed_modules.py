# tries: modules beside the solution that are named like those that everybody imports
# must: shadow nothing that the worker itself needs
# builder: true
# earns: {pixels: 0}


def build(folder):
    made = folder / "handed in"
    made.mkdir()
    (made / "solution.py").write_text(
        "import numpy, json, struct, os, socket, ast, linecache, asyncio, difflib, types, re\n"
        "def pixels(height, width):\n    print(numpy.__file__)\n    return 0\n\n" + HONEST
    )
    for name in "numpy json struct os socket ast linecache asyncio difflib types re typing abc codecs encodings io".split():
        (made / f"{name}.py").write_text("raise SystemExit('shadowed')\n")
    return made
