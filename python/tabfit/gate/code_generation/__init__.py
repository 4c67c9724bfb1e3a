"""A gate as code: JavaScript for a page's own visitors, SQL for tables of visits.

In: a `Gate`. Out: text. Needs nothing where it runs.

    javascript              a gate as a module of JavaScript
    javascript_expressions  its trees as expressions
    javascript_shortening   conditions and numbers that say the same in fewer characters
    common_subexpressions   expressions that a text repeats, given names of their own
    merged_branches         branches of a tree that come to the same, taken together
    sql                     a gate as a query over a table of visits

Imports `gate.rules` and `gate.scenario`.
"""
