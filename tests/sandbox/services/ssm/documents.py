"""Documents of Systems Manager."""

from __future__ import annotations

from typing import Any

from moto.ssm.models import Document as MotoDocument


class Document(MotoDocument):
    """moto's, with platforms.

    ASSUMPTION(document-platforms): all of botocore's model, whatever the steps; AWS derives them from the steps.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.platform_types = ["Windows", "Linux", "MacOS"]
