"""`seeshell bench`: how long one waits in a chat about pictures, on this machine and this model.

`benchmark` starts each measurement in a process of its own and puts the figures together; the
processes are the modules `ours`, `reopened`, `alone` and `theirs`, which take a plan as JSON and
answer with what they measured.
"""
