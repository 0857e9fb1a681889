"""The public reports that the tests have as cases."""
