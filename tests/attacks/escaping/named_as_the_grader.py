# tries: packages beside the solution that are named like the grader and the reference
# must: be none of the grader's business
# builder: true


def build(folder):
    made = folder / "handed in"
    made.mkdir()
    (made / "solution.py").write_text("import grader, reference\n" + HONEST)
    for name in ("grader", "reference", "solution", "targets"):
        (made / name).mkdir()
        (made / name / "__init__.py").write_text("print('mine')\npassed = True\n")
    (made / "grader" / "pipeline.py").write_text("def grade(*args): return 68\n")
    (made / "config.yaml").write_text("assignment: mine\nquestions: []\n")
    (made / "expect.yaml").write_text("score: 68\n")
    (made / "results.json").write_text('{"score": 68}')
    return made
