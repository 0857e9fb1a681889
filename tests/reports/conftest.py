"""The fixtures of the scripts' unit tests."""

from unit.conftest import act_as, aws, load_once, run

__all__ = ["act_as", "aws", "load_once", "run"]
