"""Handles requests to S3: moto's, with the responses of AWS's model."""

from __future__ import annotations

from typing import Any

from moto.s3.responses import S3Response as MotoS3Response

from sandbox.services.s3.exceptions import AccessControlListNotSupported
from sandbox.services.s3.models import OWNER_ENFORCED

Response = Any

# moto's answers are a text and 204. "If the action is successful, the service sends back an HTTP 200 response with an
# empty HTTP body": https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketTagging.html, PutBucketPolicy likewise.
_WITHOUT_RESULT = frozenset({"policy", "tagging"})


class S3Response(MotoS3Response):
    """moto's operations, without access control lists where the owner of the bucket owns what is in it."""

    def _bucket_response_put(self, request: Any, bucket_name: str, querystring: dict[str, Any]) -> Response:
        if "acl" in querystring:
            self._require_access_control_lists(bucket_name, "")
        response = super()._bucket_response_put(request, bucket_name, querystring)
        return (200, {}, "") if _WITHOUT_RESULT.intersection(querystring) else response

    def put_object(self) -> Response:
        self._require_access_control_lists(self.bucket_name, self.headers.get("x-amz-acl", "bucket-owner-full-control"))
        return super().put_object()

    def _bucket_response_get(self, bucket_name: str, querystring: dict[str, Any]) -> Response:
        if "requestPayment" in querystring:
            self.backend.get_bucket(bucket_name)
            return 200, {}, _PAYER
        return super()._bucket_response_get(bucket_name, querystring)

    def _require_access_control_lists(self, bucket_name: str, requested: str) -> None:
        """With "bucket owner enforced" only `bucket-owner-full-control` is accepted, without effect.

        https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
        """
        is_enforced = self.backend.get_bucket(bucket_name).ownership_rule == OWNER_ENFORCED
        if is_enforced and requested != "bucket-owner-full-control":
            raise AccessControlListNotSupported


_PAYER = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<RequestPaymentConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
    "<Payer>BucketOwner</Payer></RequestPaymentConfiguration>"
)
