"""Test harness: runs Terraform in copies of the repository, against the sandbox."""


class HarnessError(Exception):
    """The tests cannot run on this machine; the message says why, and what to do."""
