"""Calls of an ASGI program from within."""


async def body(receive):
    """The whole body of a request."""
    content = b""
    while True:
        message = await receive()
        content += message.get("body", b"")
        if not message.get("more_body"):
            return content


async def call(app, scope, content, **headers):
    """Status, headers and body of what `app` answers to `scope` with this body and these headers."""
    status, told, answer = 0, [], b""
    given = [{"type": "http.request", "body": content, "more_body": False}]
    new = {key.replace("_", "-").encode(): value.encode() for key, value in headers.items()}
    new[b"content-length"] = b"%d" % len(content)
    kept = [(key, value) for key, value in scope["headers"] if key.lower() not in new]

    async def receive():
        return given.pop() if given else {"type": "http.disconnect"}

    async def send(message):
        nonlocal status, told, answer
        status, told = message.get("status", status), message.get("headers", told)
        answer += message.get("body", b"")

    await app({**scope, "headers": kept + list(new.items())}, receive, send)
    return status, [(key, value) for key, value in told if key.lower() != b"content-length"], answer


async def reply(send, status, headers, content):
    """Answer with this."""
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
