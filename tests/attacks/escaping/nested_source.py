# tries: nest so deeply that the parser gives up or breaks
# must: cost its own statement only
# builder: true
# sees: {loaded: "too (deeply )?nested|too many nested|SyntaxError|MemoryError|RecursionError"}
# time: 15


def build(folder):
    made = folder / "solution.py"
    made.write_text(
        "a = " + "(" * 100_000 + ")" * 100_000 + "\n"
        + "b = " + "[" * 150 + "]" * 150 + "\n"
        + "c = " + "-" * 100_000 + "1\n"
        + "d = x" + ".y" * 50_000 + "\n"
        + "e = " + "lambda: " * 20_000 + "1\n"
        + "f = " + "f'{" * 100 + "1" + "}'" * 100 + "\n" + HONEST
    )
    return made
