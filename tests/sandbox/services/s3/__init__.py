"""Amazon S3: moto's, with bucket naming rules and bucket policies."""
