"""One call of boto3: call.py glue get_crawlers '{"MaxResults": 5}'. Prints the answer as JSON."""

import json
import sys

import boto3
from botocore.config import Config

service, operation, arguments = sys.argv[1:]
client = boto3.client(service, config=Config(s3={"addressing_style": "path"}))
answer = getattr(client, operation)(**json.loads(arguments))
answer.pop("ResponseMetadata", None)
if hasattr(answer.get("Body"), "read"):
    answer["Body"] = answer["Body"].read().decode()
print(json.dumps(answer, default=str))
