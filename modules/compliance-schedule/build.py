"""Makes the report, uploads it, publishes its summary, and then exits with the report's exit status.

Runs in CodeBuild, by buildspec.yaml, with Python 3.11 or newer and boto3. Environment: `REPORT_ARGUMENTS` (a list in
JSON), `CATALOGS` (names of files to the objects that they are copies of, in JSON), `BUCKET`, `PREFIX`, `TOPIC_ARN`,
`AWS_REGION`, and of CodeBuild `CODEBUILD_BUILD_ID` and `CODEBUILD_BUILD_URL`.
"""

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, urlsplit

import boto3
from botocore.exceptions import BotoCoreError, ClientError

TYPES = {"compliance.html": "text/html; charset=utf-8", "compliance.json": "application/json"}
RESULTS = {
    0: "complete",
    1: "FAILED: there is no report",
    2: "complete, and found what it is to fail on",
    3: "INCOMPLETE: something could not be read",
}
# The message of a topic has at most 256 KB, and a person reads less:
# https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
LONGEST = 20_000
SUMMARY = '  "summary": '


def main():
    """Return the exit status."""
    print(" ".join(["report.py", "compliance", *arguments()]), flush=True)
    completed = report()
    print(completed.stderr, file=sys.stderr, flush=True)
    # What was made, whatever the status: a threshold that is exceeded is what the report is for.
    links = [upload(name) for name in TYPES if Path(name).exists()]
    publish(subject(completed.returncode), message(completed, links))
    return completed.returncode


def report():
    """Run the report, with the catalogs of today."""
    command = [sys.executable, "scripts/report.py", "compliance", *arguments(), *outputs()]
    for name, uri in json.loads(os.environ["CATALOGS"]).items():
        try:
            download(uri, name)
        except (BotoCoreError, ClientError) as error:
            # Without it nothing would count as exploited.
            reason = (
                f"report.{name} is {uri}, which cannot be read: {error}. Upload the file there. The policies of its "
                "bucket and key must allow the role of the build s3:GetObject and kms:Decrypt."
            )
            return subprocess.CompletedProcess(command, 1, stderr=reason)
    return subprocess.run(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)


def download(uri, name):
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    body = boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"]
    with Path(name).open("wb") as file:
        shutil.copyfileobj(body, file)


def arguments():
    return json.loads(os.environ["REPORT_ARGUMENTS"])


def outputs():
    return ["--format", "json", "--output", "compliance.json", "--html", "compliance.html"]


def upload(name):
    """Upload a file, and return how to open it.

    Not by a presigned URL, which expires with the credentials of the build:
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html
    """
    bucket, region = os.environ["BUCKET"], os.environ["AWS_REGION"]
    key = f"{os.environ['PREFIX']}/reports/{folder()}/{name}"
    with Path(name).open("rb") as file:
        boto3.client("s3").put_object(Bucket=bucket, Key=key, Body=file, ContentType=TYPES[name])
    # ASSUMPTION(s3-console-address): the address of an object in the console, which AWS documents nowhere. The host is
    # that of the build, which is in the same partition.
    console = urlsplit(os.environ["CODEBUILD_BUILD_URL"]).netloc
    address = f"https://{console}/s3/object/{bucket}?region={region}&prefix={quote(key, safe='')}"
    return f"{address}\n  aws s3 cp s3://{bucket}/{key} ."


def folder():
    """The day, and the build: `2026-01-31/0123abcd-…`."""
    build = os.environ["CODEBUILD_BUILD_ID"].rpartition(":")[2]
    return f"{datetime.now(UTC):%Y-%m-%d}/{build}"


def subject(status):
    return f"Patch compliance: {RESULTS.get(status, f'FAILED: exit status {status}')}"


def message(completed, links):
    """The numbers at the head, how to open the report, and what was said."""
    parts = [
        subject(completed.returncode) + ".",
        "\n".join(headlines()),
        *links,
        f"The build: {os.environ['CODEBUILD_BUILD_URL']}",
        completed.stderr.strip(),
    ]
    return "\n\n".join(part for part in parts if part)[:LONGEST]


def headlines():
    """The sentences of the report; none without a report.

    The document may have a million lines: of its members before the lists, each is on one.
    """
    try:
        with Path("compliance.json").open(encoding="utf-8") as file:
            found = next((line for line in file if line.startswith(SUMMARY)), None)
    except FileNotFoundError:
        return []
    return json.loads(found.removeprefix(SUMMARY).rstrip().rstrip(",")) if found else []


def publish(title, text):
    boto3.client("sns").publish(TopicArn=os.environ["TOPIC_ARN"], Subject=title[:100], Message=text)


if __name__ == "__main__":
    sys.exit(main())
