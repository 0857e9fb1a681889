"""Templates in buckets, by `TemplateURL`."""

from __future__ import annotations

from urllib.parse import unquote, urlparse

from moto.cloudformation.exceptions import ValidationError
from moto.s3.exceptions import MissingBucket
from moto.s3.models import s3_backends

# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html. ASSUMPTION(cloudformation-handler-words)
_SEE = "For more information check http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"


def read_template(url: str, account_id: str) -> str:
    """Return the content of the object, by either form of its address. Raises ValidationError.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
    """
    parsed = urlparse(url)
    host, path = parsed.hostname or "", unquote(parsed.path).lstrip("/")
    # Of the sandbox itself, whose host is a number: always the bucket in the path.
    in_path = host.startswith(("s3.", "s3-")) or not host.endswith(("amazonaws.com", "localhost"))
    bucket_name, _, key_name = path.partition("/") if in_path else (host.partition(".s3")[0], "", path)
    try:
        found = s3_backends[account_id]["aws"].get_object(bucket_name, key_name)
    except MissingBucket as error:
        raise ValidationError(message=f"S3 error: The specified bucket does not exist\n{_SEE}") from error
    if found is None:
        raise ValidationError(message=f"S3 error: The specified key does not exist.\n{_SEE}")
    return bytes(found.value).decode("utf-8")
