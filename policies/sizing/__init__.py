"""How large things may be: the seeds' tables as data, and rules that compare."""
