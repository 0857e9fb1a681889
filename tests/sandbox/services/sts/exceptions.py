"""Errors of STS that moto lacks."""

from __future__ import annotations

from typing import Any
from uuid import uuid4
from xml.sax.saxutils import escape

from moto.core.exceptions import ServiceException
from werkzeug.exceptions import HTTPException


class InvalidIdentityToken(ServiceException):
    code = "InvalidIdentityToken"


class ExpiredTokenException(ServiceException):
    code = "ExpiredTokenException"


class AccessDenied(HTTPException):
    """An error common to all actions: it is in no model, so moto's serializer would make it a 400 and warn.

    https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
    """

    code = 403

    def __init__(self, message: str) -> None:
        super().__init__(
            '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>'
            f"<Code>AccessDenied</Code><Message>{escape(message)}</Message></Error>"
            f"<RequestId>{uuid4()}</RequestId></ErrorResponse>"
        )

    def get_headers(self, *_: Any, **__: Any) -> list[tuple[str, str]]:
        return [("Content-Type", "text/xml")]
