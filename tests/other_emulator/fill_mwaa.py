"""MWAA: three words of an environment that are forgotten."""

import json

from asked import body, call, reply

FORGOTTEN = ("RequirementsS3Path", "RequirementsS3ObjectVersion", "WeeklyMaintenanceWindowStart")


def filled(app):
    words = {}

    async def serve(scope, receive, send):
        path = scope.get("path", "")
        if scope["type"] != "http" or not path.startswith("/environments/"):
            return await app(scope, receive, send)
        content = await body(receive)
        status, told, answer = await call(app, scope, content)
        if status == 200 and scope["method"] in ("PUT", "PATCH"):
            asked = json.loads(content)
            words.setdefault(path, {}).update({name: asked[name] for name in FORGOTTEN if name in asked})
        if status == 200 and scope["method"] == "DELETE":
            words.pop(path, None)
        if status == 200 and scope["method"] == "GET":
            found = json.loads(answer)
            found["Environment"].update(words.get(path, {}))
            answer = json.dumps(found).encode()
        await reply(send, status, told, answer)

    return serve
