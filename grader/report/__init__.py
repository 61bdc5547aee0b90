"""Draws scorecards: Gradescope's results.json, the terminal, a web page.

A report is a pure function of a card that has been redacted for its readers, and shows what the
card holds. What is told, and in which order, is decided once for all of them:

    card ─► story.tell ─► story ─┬─► lines on a sheet ─┬─► terminal.render
               (values, text)    │                     └─► gradescope.write_results
                                 └─► page.encoded

`text` makes every string visible and bounded before anything else sees it; `values` lays out
matrices, lists and dicts with the differing cells marked; `files` writes a report whole or not at
all. Nothing is imported here: each report brings what it needs, and no more.
"""
