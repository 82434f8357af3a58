"""Glue: four readings, the tags of a new crawler or job, and how often a job may run at once."""

import json

from asked import body, call, reply

# Reading: what reads the same, and what is in its answer, each by its name.
READS = {
    "ListCrawlers": ("GetCrawlers", "Crawlers", "CrawlerNames"),
    "ListJobs": ("GetJobs", "Jobs", "JobNames"),
    "BatchGetCrawlers": ("GetCrawlers", "Crawlers", "CrawlerNames"),
    "BatchGetJobs": ("GetJobs", "Jobs", "JobNames"),
}
# Writing whose words are partly forgotten: the kind in the ARN.
WRITES = {"CreateCrawler": "crawler", "CreateJob": "job", "UpdateJob": "job"}
HEADERS = [(b"content-type", b"application/x-amz-json-1.1")]


def filled(app):
    properties = {}

    async def glue(scope, operation, words):
        target = f"AWSGlue.{operation}"
        status, _, answer = await call(app, scope, json.dumps(words).encode(), x_amz_target=target)
        return status, json.loads(answer)

    async def tags(scope, kind, name):
        return (await glue(scope, "GetTags", {"ResourceArn": arn(kind, name)}))[1].get("Tags", {})

    async def read(scope, operation, asked):
        get, key, names = READS[operation]
        status, answer = await glue(scope, get, {})
        items = answer[key]
        for item in items:
            item.update(properties.get((key, item["Name"]), {}))
        if operation.startswith("Batch"):
            return status, {key: [item for item in items if item["Name"] in asked[names]]}
        kind, wanted = key.lower().rstrip("s"), (asked.get("Tags") or {}).items()
        ours = [item for item in items if wanted <= (await tags(scope, kind, item["Name"])).items()]
        return status, {names: [item["Name"] for item in ours]}

    async def write(scope, operation, asked):
        status, answer = await glue(scope, operation, asked)
        name = asked.get("Name") or asked.get("JobName")
        if status == 200 and asked.get("Tags"):
            words = {"ResourceArn": arn(WRITES[operation], name), "TagsToAdd": asked["Tags"]}
            await glue(scope, "TagResource", words)
        property = asked.get("JobUpdate", asked).get("ExecutionProperty")
        if status == 200 and property:
            properties["Jobs", name] = {"ExecutionProperty": property}
        return status, answer

    async def serve(scope, receive, send):
        target = dict(scope.get("headers") or []).get(b"x-amz-target", b"").decode()
        service, _, operation = target.partition(".")
        act = read if operation in READS else write if operation in WRITES else None
        if service != "AWSGlue" or act is None:
            return await app(scope, receive, send)
        status, answer = await act(scope, operation, json.loads(await body(receive) or b"{}"))
        await reply(send, status, HEADERS, json.dumps(answer).encode())

    return serve


def arn(kind, name):
    return f"arn:aws:glue:eu-central-1:123456789012:{kind}/{name}"
