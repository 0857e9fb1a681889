"""What `observe.py`, `ensure.py` and `report.py` do: AWS calls for which the Terraform provider has nothing.

- `command_line` turns arguments and standard input into a verb and its query, and failures into one line.
- `query` says what a query may hold; `errors` what can go wrong.
- `connection` is the only way to AWS: one session, one identity that is checked before anything else is called.
  `members` leads from there into member accounts, many at a time by `crowd`. `pacing`, `retry` and `clock` say when to
  ask, `paging` how to go on.
- `accounts`, `managers`, `configurations` and `cloud9` tell what there is.
- `observe` lists the verbs that read, `ensure` the verbs that change, `report` what a person asks. Each verb has a
  module of its own; what preflight finds is in `*_findings`, and `findings.json` is the catalogue of codes.
"""
