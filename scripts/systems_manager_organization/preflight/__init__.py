"""Problems of an apply: one module for each family of findings. Changes nothing."""
