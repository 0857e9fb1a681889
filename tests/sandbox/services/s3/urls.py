"""Where moto serves S3: all paths at a bucket of the path, for the SDKs use path style at an IP address."""

from sandbox.services.s3.responses import S3Response

url_bases = [r"https?://s3(?!(-control|tables|vectors))(.*)\.amazonaws.com"]

url_paths = {
    "{0}/$": S3Response.bucket_dispatch,
    "{0}/(?P<key_or_bucket_name>[^/]+)$": S3Response.ambiguous_dispatch,
    "{0}/(?P<key_or_bucket_name>[^/]+)/$": S3Response.ambiguous_dispatch,
    "{0}/(?P<bucket_name_path>[^/]+)/(?P<key_name>.+)": S3Response.key_dispatch,
}
