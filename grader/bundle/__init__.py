"""Packs an assignment: handout.zip for students, autograder.zip for Gradescope.

The handout holds what `grader.public` lets out of an assignment, templates to begin with, and the
harness itself, so that it checks itself offline. The autograder holds everything, for a machine on
which only root reads it. Both are the same to the bit whenever they are made of the same files.
"""
