"""Sanad beside what a user would pick instead: the same passages, the same vectors, the same verbs.

`rivals` are the programs; `environments` gives each its own virtual environment; `inside/` is what runs there, one
adapter a program; `texts` and `material` make what they index; `child` and `rounds` run and time them in turns;
`figures` and `table` make the page. Run: `python -m benchmarks.rivals --help`.
"""
