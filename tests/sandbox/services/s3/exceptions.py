"""Errors of S3 that moto lacks, or has with another status.

https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
"""

# ruff: noqa: N818 (these are AWS's names, and AWS ends them so)

from __future__ import annotations

from moto.s3.exceptions import S3ClientError


class MalformedPolicy(S3ClientError):
    code = "MalformedPolicy"


class AccessControlListNotSupported(S3ClientError):
    code = "AccessControlListNotSupported"
    message = "The bucket does not allow ACLs"
