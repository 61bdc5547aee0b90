# tries: modules and files that an interpreter runs when it starts
# must: not be run
# builder: true


def build(folder):
    made = folder / "handed in"
    made.mkdir()
    (made / "solution.py").write_text(HONEST)
    act = "open('/tmp/@MARK@', 'w').close()\nraise SystemExit\n"
    for name in ("sitecustomize.py", "usercustomize.py", "conftest.py", "__init__.py", "__main__.py", "setup.py", "antigravity.py", "test_all.py", "noxfile.py"):
        (made / name).write_text(act)
    (made / "evil.pth").write_text("import os; open('/tmp/@MARK@', 'w')\n")
    (made / "pyvenv.cfg").write_text("home = /tmp\n")
    (made / "pytest.ini").write_text("[pytest]\naddopts = -p evil\n")
    (made / "pyproject.toml").write_text("[tool.pytest.ini_options]\naddopts = '-p evil'\n")
    return made
