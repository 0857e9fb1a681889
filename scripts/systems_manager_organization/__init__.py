"""What the entry scripts `observe.py` and `ensure.py` do: AWS calls for which the Terraform provider has nothing.

- `command_line` turns arguments and standard input into a verb and its query, and failures into one line.
- `query` says what a query may hold; `errors` what can go wrong.
- `connection` is the only way to AWS: one session, one identity that is checked before anything else is called.
- `observe` lists the verbs that read, `ensure` the verbs that change. Each verb has a module of its own.
"""
