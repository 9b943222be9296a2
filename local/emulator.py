"""MiniStack, an emulator of AWS, with five things put right that Firedoor depends on, and one that can go wrong.

Run by ``local/cloud.py`` with the Python of ``.venv-cloud``, and with two commands to run beside it, a ``--`` between
them: moto's server, and ``local/trail.py``.

* ``PutEvents`` refuses a source that begins with ``aws.``, as AWS does; here the sample events have to come from
  somewhere, so it takes them.
* A function URL with ``AWS_IAM`` tells the function who signed, in ``requestContext.authorizer.iam`` (Lambda developer
  guide, "Invoking Lambda function URLs", request payload). The emulator leaves it out, and knows of no roles.
* A trail without insights says so with an error of its own (CloudTrail API reference, GetInsightSelectors). The
  emulator does not know the call.
* A dead-letter queue tells which queues send to it (SQS API reference, ListDeadLetterSourceQueues). The emulator does
  not know the call.
* While the file ``CLOUD_TRAIL`` exists, each call served is told to ``local/trail.py``, which puts it on the bus; but
  for what functions call with their own role: the emulator knows of no roles of functions, so nobody could tell whose
  call it was.
* While the file ``CLOUD_FAULT`` exists, the calls that it names fail or hang; see ``Cloud.fault``.
"""

import asyncio
import base64
import json
import os
import re
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from urllib.parse import urlencode

from ministack import app
from ministack.core.iam_evaluator import resolve_caller_identity
from ministack.core.responses import get_account_id
from ministack.core.router import extract_access_key_id, extract_region
from ministack.services import cloudtrail, eventbridge, iam, lambda_svc, sqs

OPERATOR = "arn:aws:sts::{account}:assumed-role/SecurityOperator/sam.operator"

eventbridge._put_events = partial(eventbridge._put_events, allow_aws_source=True)
build_event = lambda_svc._build_function_url_event


def signed_event(url_id, account_id, *args, **options):
    """Add to a function URL's event who signed the request."""
    event = build_event(url_id, account_id, *args, **options)
    event["requestContext"]["authorizer"] = {"iam": {"userArn": OPERATOR.format(account=account_id)}}
    return event


lambda_svc._build_function_url_event = signed_event
cloudtrail._DISPATCH["GetInsightSelectors"] = lambda _body: cloudtrail._err("InsightNotEnabledException", "none is on")


def dead_letter_sources(data, _url):
    """Answer which queues name this one in their redrive policy."""
    arn = sqs._get_q(data["QueueUrl"], "sqs:ListDeadLetterSourceQueues")["attributes"]["QueueArn"]
    sources = (url for url, queue in sqs._queues.items() if arn in queue["attributes"].get("RedrivePolicy", ""))
    return {"queueUrls": list(sources)}


sqs._HANDLERS["ListDeadLetterSourceQueues"] = dead_letter_sources
FAULT = Path(os.environ["CLOUD_FAULT"])
RECORDING = Path(os.environ["CLOUD_TRAIL"])
SIGNED = re.compile(r"Credential=[^/]+/\d+/[^/]+/(?P<service>[^/]+)/aws4_request")
IN_LAMBDA = "exec-env/AWS_Lambda_"
told = SimpleQueue()
dispatch = app._dispatch_service_request


def fault_of(headers, body):
    """Return what shall go wrong with a request: ``refuse``, ``break``, ``hang``, or None."""
    try:
        fault = json.loads(FAULT.read_text())
    except FileNotFoundError:
        return None
    signed_for = f"/{fault['service']}/aws4_request" in headers.get("authorization", "")
    named = fault["call"].encode() in body or fault["call"] in headers.get("x-amz-target", "")
    return fault["how"] if signed_for and named else None


async def dispatch_or_fail(method, path, headers, body, query_params, request_id):
    """Serve one request, unless it shall fail; one that hangs is carried out, and answered once the fault is gone."""
    how = fault_of(headers, body)
    if how in ("refuse", "break"):
        kind = "AccessDeniedException" if how == "refuse" else "InternalServerError"
        error = json.dumps({"__type": kind, "message": "made to fail"}).encode()
        return (400 if how == "refuse" else 500), {"Content-Type": "application/x-amz-json-1.0"}, error
    answer = await dispatch(method, path, headers, body, query_params, request_id)
    while how == "hang" and FAULT.exists():
        await asyncio.sleep(0.05)
    if RECORDING.exists():
        tell(method, path, headers, body, query_params, answer)
    return answer


def tell(method, path, headers, body, query_params, answer):
    """Write one signed call and its answer to ``local/trail.py``."""
    signed = SIGNED.search(headers.get("authorization", ""))
    key = extract_access_key_id(headers, query_params)
    identity = resolve_caller_identity(key) or {}
    if not signed or not isinstance(answer[2], bytes | str) or (key.isdigit() and IN_LAMBDA in headers["user-agent"]):
        return
    content = answer[2].encode() if isinstance(answer[2], str) else answer[2]
    exchange = {
        "service": signed["service"],
        "method": method,
        "url": f"http://{headers['host']}{path}?{urlencode(query_params, doseq=True)}",
        "headers": dict(headers),
        "body": base64.b64encode(body).decode(),
        "status": answer[0],
        "answer_headers": {name: str(value) for name, value in answer[1].items()},
        "answer": base64.b64encode(content).decode(),
        "account": get_account_id(),
        "region": extract_region(headers),
        "key": key,
        "session": session_of(identity["session"]) if identity.get("session") else None,
        "user": identity.get("userArn") if ":user/" in identity.get("userArn", "") else None,
    }
    told.put(json.dumps(exchange).encode() + b"\n")


def session_of(session):
    """Return what CloudTrail tells of a session, and of its role, whose path the session's own ARN does not have."""
    account, name = session["Arn"].split(":")[4], session["Arn"].split("/")[1]
    role = iam._roles.get_scoped(account, None, name) or {"Arn": f"arn:aws:iam::{account}:role/{name}"}
    return {"Arn": session["Arn"], "UserId": session["UserId"], "Role": role["Arn"]}


def write():
    """Write what is told, apart from serving: the reader calls this emulator before it reads on."""
    while True:
        trail.stdin.write(told.get())
        trail.stdin.flush()


app._dispatch_service_request = dispatch_or_fail
between = sys.argv.index("--")
subprocess.Popen(sys.argv[1:between])
trail = subprocess.Popen(sys.argv[between + 1 :], stdin=subprocess.PIPE)
threading.Thread(target=write, daemon=True).start()
sys.argv[1:] = []
app.main()
