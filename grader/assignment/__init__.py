"""config.yaml and reference/ become an `Assignment`, or a list of what is wrong with them."""

from grader.assignment.load import load_assignment
from grader.assignment.manual import config_manual
from grader.assignment.plan import plan
from grader.assignment.schema import config_schema

__all__ = ["config_manual", "config_schema", "load_assignment", "plan"]
