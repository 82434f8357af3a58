"""The ways into a real Airflow that MWAA hands out tokens for: its commands and its web interface."""

import base64
import http.client
import json
import os
import urllib.parse

from talk import DAG, mwaa, version

# The pipeline sets it to 4.
OPTION = "config get-value core max_active_tasks_per_dag"


def ask(host, method, path, body=None, **headers):
    """A request to the environment's host, which not every machine can resolve."""
    port = urllib.parse.urlparse(os.environ["AWS_ENDPOINT_URL"]).port
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request(method, path, body, {"Host": host} | {k.replace("_", "-"): v for k, v in headers.items()})
    answer = connection.getresponse()
    return answer.status, answer.headers, answer.read().decode()


def doors(environment):
    """CreateCliToken and /aws_mwaa/cli, CreateWebLoginToken and the web interface."""
    cli = mwaa.create_cli_token(Name=environment)
    host, token = cli["WebServerHostname"], cli["CliToken"]
    status, _, said = ask(host, "POST", "/aws_mwaa/cli", "version", Authorization=f"Bearer {token}")
    assert status == 200, said
    assert base64.b64decode(json.loads(said)["stdout"]).decode().strip() == version(environment), said
    assert option(environment) == "4"
    for line in ("webserver", "no-such-command"):
        status, _, said = ask(host, "POST", "/aws_mwaa/cli", line, Authorization=f"Bearer {token}")
        assert status == 400 and json.loads(said)["stderr"], said
    assert ask(host, "POST", "/aws_mwaa/cli", "version", Authorization="Bearer x")[0] == 403

    web = mwaa.create_web_login_token(Name=environment)["WebToken"]
    assert ask(host, "POST", "/aws_mwaa/cli", "version", Authorization=f"Bearer {web}")[0] == 403
    assert ask(host, "GET", "/aws_mwaa/aws-console-sso?login=true")[0] == 200
    form = {"Content_Type": "application/x-www-form-urlencoded"}
    status, headers, said = ask(host, "POST", "/aws_mwaa/login", f"token={web}", **form)
    assert status == 200, said
    assert ask(host, "POST", "/aws_mwaa/login", f"token={web}", **form)[0] == 403, "a token logs in once"
    cookie = headers["Set-Cookie"].split(";")[0]
    if version(environment).startswith("3."):
        path, given = "/api/v2/dags", {"Authorization": f"Bearer {cookie.split('=', 1)[1]}"}
    else:
        path, given = "/api/v1/dags", {"Cookie": cookie}
    assert ask(host, "GET", path)[0] in (401, 403), "no client is let in without a login"
    # Who has none is told how to get one, not asked for a password.
    status, _, said = ask(host, "GET", "/login/" if "v1" in path else "/auth/login")
    assert status == 401 and "airflow ui" in said, said
    assert ask(host, "GET", path, X_Strata_Secret="")[0] in (401, 403)
    status, _, said = ask(host, "GET", path, **given)
    assert status == 200 and DAG in said, said
    status, _, said = ask(host, "GET", "/home" if "v1" in path else "/", **given)
    assert status == 200 and "<html" in said, said
    return "ok"


def option(environment):
    cli = mwaa.create_cli_token(Name=environment)
    status, _, said = ask(cli["WebServerHostname"], "POST", "/aws_mwaa/cli", OPTION, Authorization=f"Bearer {cli['CliToken']}")
    assert status == 200, said
    return base64.b64decode(json.loads(said)["stdout"]).decode().split()[-1]
