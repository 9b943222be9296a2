"""Rules of the `secrets` signal. Every value is made at run time, so that no scanner fires on this file."""

from __future__ import annotations

import base64
import json
import random
import re
import string
import tracemalloc

import pytest

from firedoor.inspection import secrets
from firedoor.inspection.secret_rules import RULES, SHORTEST

_ALPHABETS = {
    "A": string.ascii_letters + string.digits,
    "L": string.ascii_letters,
    "h": "0123456789abcdef",
    "H": "0123456789ABCDEF",
    "d": string.digits,
    "U": string.ascii_uppercase + string.digits,
    "l": string.ascii_lowercase + string.digits,
    "w": string.ascii_letters + string.digits + "_-",
    "b": string.ascii_letters + string.digits + "+/",
    "c": "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",
    "s": string.ascii_lowercase + "234567",
}


def made(template: str, seed: int = 7) -> str:
    """Fill `{A36}` with 36 characters of alphabet A, and so on; `{u}` with a UUID in lower case."""
    rng = random.Random(seed)  # noqa: S311 - test data, and repeatable
    hexes = template.replace("{u}", "{h8}-{h4}-{h4}-{h4}-{h12}")
    return re.sub(r"\{(\w)(\d+)\}", lambda m: "".join(rng.choice(_ALPHABETS[m[1]]) for _ in range(int(m[2]))), hexes)


# Type and form; what stands between « and » is the secret where it is not the whole.
FORMS = [
    ("AWS_ACCESS_KEY", "AKIA{U16}"),
    ("AWS_ACCESS_KEY", "ASIA{U12}2{U3}"),
    ("AWS_BEARER_KEY", "ABIA{U12}2{U3}"),
    ("AWS_BEDROCK_API_KEY", "ABSK{b128}"),
    ("AWS_BEDROCK_SHORT_TERM_API_KEY", "bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t{b200}"),
    ("AWS_SECRET_KEY", "aws_secret_access_key = «{b40}»"),
    ("AWS_SECRET_KEY", '{"SecretAccessKey": "«{b40}»"}'),
    ("AWS_SESSION_TOKEN", "IQoJb3JpZ2lu{b300}"),
    ("AWS_MWS_KEY", "amzn.mws.{u}"),
    ("GITHUB_PAT", "ghp_{A36}"),
    ("GITHUB_FINE_GRAINED_PAT", "github_pat_{A22}_{A59}"),
    ("GITHUB_TOKEN", "gho_{A36}"),
    ("GITHUB_TOKEN", "ghs_{A36}"),
    ("GITLAB_PAT", "glpat-{w20}"),
    ("GITLAB_TOKEN", "gldt-{w20}"),
    ("BITBUCKET_TOKEN", "ATBB{A32}"),
    ("ATLASSIAN_TOKEN", "ATATT3{w180}={H8}"),
    ("SOURCEGRAPH_TOKEN", "sgp_{h40}"),
    ("AZURE_DEVOPS_PAT", "{A76}AZDO{A4}"),
    ("AZURE_DEVOPS_PAT", "AZURE_DEVOPS_PAT=«{s52}»"),
    ("ANTHROPIC_API_KEY", "sk-ant-api03-{w93}AA"),
    ("OPENAI_API_KEY", "sk-proj-{w120}"),
    ("OPENAI_API_KEY", "sk-{A20}T3BlbkFJ{A20}"),
    ("OPENROUTER_API_KEY", "sk-or-v1-{h64}"),
    ("OPENAI_COMPATIBLE_API_KEY", "sk-{h31}7"),
    ("OPENAI_COMPATIBLE_API_KEY", "sk-{A47}7"),
    ("CEREBRAS_API_KEY", "csk-{l48}"),
    ("FIREWORKS_API_KEY", "fw_{A23}7"),
    ("JINA_API_KEY", "jina_{A60}"),
    ("VOYAGE_API_KEY", "pa-{A43}"),
    ("DEEPSEEK_API_KEY", "DEEPSEEK_API_KEY=«sk-{h32}»"),
    ("HUGGINGFACE_TOKEN", "hf_{L34}"),
    ("COHERE_API_KEY", "cohere_key: «{A40}»"),
    ("MISTRAL_API_KEY", "MISTRAL_API_KEY=«{A32}»"),
    ("GROQ_API_KEY", "gsk_{A52}"),
    ("PERPLEXITY_API_KEY", "pplx-{A48}"),
    ("REPLICATE_TOKEN", "r8_{A37}"),
    ("XAI_API_KEY", "xai-{A80}"),
    ("NVIDIA_API_KEY", "nvapi-{w64}"),
    ("LANGSMITH_API_KEY", "lsv2_pt_{h32}_{h10}"),
    ("PINECONE_API_KEY", "pcsk_{A70}"),
    ("TAVILY_API_KEY", "tvly-{A32}"),
    ("ELEVENLABS_API_KEY", "elevenlabs key: «{h32}»"),
    ("ELEVENLABS_API_KEY", "sk_{h48}"),
    ("SLACK_TOKEN", "xoxb-{d12}-{d12}-{A24}"),
    ("SLACK_TOKEN", "xoxp-{d11}-{d11}-{d12}-{h32}"),
    ("SLACK_APP_TOKEN", "xapp-1-A{U10}-{d13}-{h64}"),
    ("SLACK_WEBHOOK", "https://hooks.slack.com/services/«T{U8}/B{U8}/{A24}»"),
    ("DISCORD_BOT_TOKEN", "MT{A24}.{w6}.{w38}"),
    ("DISCORD_BOT_TOKEN", "N{A24}.{w6}.{A26}7"),
    ("DISCORD_WEBHOOK", "https://discord.com/api/webhooks/«{d18}/{w68}»"),
    ("TELEGRAM_BOT_TOKEN", "{d10}:AA{w33}"),
    ("TEAMS_WEBHOOK", "https://a.webhook.office.com/webhookb2/«{u}@{u}/IncomingWebhook/{h32}/{u}»"),
    ("STRIPE_SECRET_KEY", "sk_live_{A24}"),
    ("STRIPE_TEST_KEY", "sk_test_{A24}"),
    ("STRIPE_WEBHOOK_SECRET", "whsec_{A32}"),
    ("SQUARE_TOKEN", "sq0atp-{w22}"),
    ("BRAINTREE_TOKEN", "access_token$production${l16}${h32}"),
    ("PLAID_TOKEN", "access-production-{u}"),
    ("RAZORPAY_KEY", "rzp_live_{A14}"),
    ("FLUTTERWAVE_KEY", "FLWSECK-{l32}-X"),
    ("EASYPOST_API_KEY", "EZAK{A54}"),
    ("SHIPPO_TOKEN", "shippo_live_{h40}"),
    ("LOB_API_KEY", "live_{h35}"),
    ("SHOPIFY_TOKEN", "shpat_{h32}"),
    ("GOOGLE_API_KEY", "AIza{w35}"),
    ("GOOGLE_OAUTH_SECRET", "GOCSPX-{w28}"),
    ("GOOGLE_OAUTH_TOKEN", "ya29.{w100}"),
    ("GOOGLE_REFRESH_TOKEN", "1//0{w60}"),
    ("AZURE_STORAGE_KEY", "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=«{b86}==»"),
    ("AZURE_SHARED_ACCESS_KEY", "Endpoint=sb://x.servicebus.windows.net/;SharedAccessKey=«{b43}=»"),
    ("AZURE_SAS_TOKEN", "https://a.blob.core.windows.net/c?sv=2024-08-04&sig=«{A43}%3D»"),
    ("AZURE_CLIENT_SECRET", "{A3}8Q~{A34}"),
    ("AZURE_CONTAINER_REGISTRY_KEY", "{b42}+ACRA{A5}"),
    ("AZURE_FUNCTION_KEY", "{A44}AzFu{A4}=="),
    ("DIGITALOCEAN_TOKEN", "dop_v1_{h64}"),
    ("ALIBABA_ACCESS_KEY", "LTAI{A20}"),
    ("TENCENT_SECRET_ID", "AKID{A32}"),
    ("YANDEX_API_KEY", "AQVN{w36}"),
    ("HEROKU_API_KEY", "HEROKU_API_KEY=«{u}»"),
    ("CLOUDFLARE_ORIGIN_CA_KEY", "v1.0-{h24}-{h146}"),
    ("CLOUDFLARE_API_KEY", "CLOUDFLARE_API_TOKEN=«{A40}»"),
    ("FASTLY_API_TOKEN", "fastly_token: «{A32}»"),
    ("FLYIO_TOKEN", "fo1_{w43}"),
    ("FLYIO_TOKEN", "FlyV1 «fm2_{b700}==»"),
    ("NETLIFY_TOKEN", "nfp_{A36}"),
    ("VERCEL_TOKEN", "vcp_{A56}"),
    ("RENDER_API_KEY", "rnd_{A32}"),
    ("SUPABASE_TOKEN", "sbp_{h40}"),
    ("SUPABASE_SECRET_KEY", "sb_secret_{A22}_{A8}"),
    ("NEON_API_KEY", "napi_{l64}"),
    ("SCALINGO_TOKEN", "tk-us-{w48}"),
    ("DEFINED_NETWORKING_TOKEN", "dnkey-{l26}-{l52}"),
    ("PLANETSCALE_TOKEN", "pscale_tkn_{w43}"),
    ("CLICKHOUSE_CLOUD_SECRET", "4b1d{A38}"),
    ("DATABRICKS_TOKEN", "dapi{h32}"),
    ("TAILSCALE_KEY", "tskey-auth-{A12}-{A32}"),
    ("NPM_TOKEN", "npm_{A36}"),
    ("PYPI_TOKEN", "pypi-AgEIcHlwaS5vcmc{w120}"),
    ("RUBYGEMS_KEY", "rubygems_{h48}"),
    ("NUGET_API_KEY", "oy2{l43}"),
    ("CRATES_IO_TOKEN", "cio{A32}"),
    ("CLOJARS_TOKEN", "CLOJARS_{h60}"),
    ("DOCKER_TOKEN", "dckr_pat_{w27}"),
    ("ARTIFACTORY_KEY", "AKCp{A69}"),
    ("ARTIFACTORY_TOKEN", "cmVmd{A59}"),
    ("SONAR_TOKEN", "squ_{h40}"),
    ("SNYK_TOKEN", "SNYK_TOKEN=«{u}»"),
    ("BUILDKITE_TOKEN", "bkua_{h40}"),
    ("CIRCLECI_TOKEN", "CCIPAT_{A22}_{h40}"),
    ("OCTOPUS_API_KEY", "API-{U22}7{U3}"),
    ("PULUMI_TOKEN", "pul-{h40}"),
    ("TERRAFORM_CLOUD_TOKEN", "{A14}.atlasv1.{A67}"),
    ("VAULT_TOKEN", "hvs.{w90}"),
    ("DOPPLER_TOKEN", "dp.pt.{A43}"),
    ("INFISICAL_TOKEN", "st.{h24}.{h32}.{h32}"),
    ("HARNESS_API_KEY", "pat.{A22}.{h24}.{A20}"),
    ("SIDEKIQ_CREDENTIAL", "BUNDLE_ENTERPRISE__CONTRIBSYS__COM: «{h8}:{h8}»"),
    ("ONEPASSWORD_SERVICE_TOKEN", "ops_eyJ{b400}"),
    ("ONEPASSWORD_SECRET_KEY", "A3-{U6}-{U6}-{U5}-{U5}-{U5}-{U5}"),
    ("AGE_SECRET_KEY", "AGE-SECRET-KEY-1{c58}"),
    ("OPENSHIFT_TOKEN", "sha256~{A43}"),
    ("POSTMAN_API_KEY", "PMAK-{h24}-{h34}"),
    ("INFRACOST_API_KEY", "ico-Q{A31}"),
    ("PREFECT_API_KEY", "pnu_{A36}"),
    ("README_API_KEY", "rdme_{l70}"),
    ("LAUNCHDARKLY_KEY", "sdk-{u}"),
    ("DATADOG_KEY", "DD_API_KEY=«{h32}»"),
    ("NEW_RELIC_KEY", "NRAK-{U27}"),
    ("NEW_RELIC_KEY", "{h36}NRAL"),
    ("POSTHOG_KEY", "phx_{A43}"),
    ("HONEYCOMB_API_KEY", "hcaik_{l58}"),
    ("GRAFANA_TOKEN", "glsa_{A32}_{h8}"),
    ("SENTRY_TOKEN", "sntryu_{h64}"),
    ("DYNATRACE_TOKEN", "dt0c01.{U24}.{U64}"),
    ("SUMO_LOGIC_ACCESS_KEY", "SUMO_ACCESS_KEY=«{A64}»"),
    ("PAGERDUTY_KEY", "pagerduty_token: «u+{w18}»"),
    ("TWILIO_API_KEY", "SK{h32}"),
    ("TWILIO_AUTH_TOKEN", "TWILIO_AUTH_TOKEN=«{h32}»"),
    ("SENDGRID_API_KEY", "SG.{w22}.{w43}"),
    ("MAILGUN_API_KEY", "key-{h32}"),
    ("MAILCHIMP_API_KEY", "{h32}-us18"),
    ("BREVO_API_KEY", "xkeysib-{h64}-{A16}"),
    ("MANDRILL_API_KEY", "MANDRILL_KEY=«{A22}»"),
    ("RESEND_API_KEY", "re_{A7}7_{A24}"),
    ("MESSAGEBIRD_API_KEY", "MESSAGEBIRD_KEY=«{l25}»"),
    ("NOTION_TOKEN", "ntn_{d11}{A35}"),
    ("LINEAR_API_KEY", "lin_api_{A40}"),
    ("OKTA_API_TOKEN", "okta_api_token: «00{w40}»"),
    ("AIRTABLE_TOKEN", "pat{A14}.{h64}"),
    ("ASANA_TOKEN", "asana_token=«{l32}»"),
    ("ASANA_TOKEN", "1/{d16}:{h32}"),
    ("INTERCOM_TOKEN", "dG9rO{b54}="),
    ("FRAMEIO_TOKEN", "fio-u-{w64}"),
    ("MAPBOX_SECRET_TOKEN", "sk.eyJ{A70}.{w22}"),
    ("LINKEDIN_CLIENT_SECRET", "WPL_AP1.{A16}.{A6}=="),
    ("FIGMA_TOKEN", "figd_{w40}"),
    ("CONTENTFUL_TOKEN", "CFPAT-{w43}"),
    ("HUBSPOT_TOKEN", "pat-na1-{u}"),
    ("TYPEFORM_TOKEN", "tfp_{w44}"),
    ("DUFFEL_TOKEN", "duffel_live_{w43}"),
    ("TRELLO_TOKEN", "ATTA{h64}{H8}"),
    ("DROPBOX_TOKEN", "sl.{w140}"),
    ("FACEBOOK_TOKEN", "EAAM{A160}"),
    ("INSTAGRAM_TOKEN", "IGQV{A150}"),
    ("TWITTER_BEARER_TOKEN", "AAAAAAAAAAAAAAAAAAAAAA{A90}"),
    ("ADOBE_CLIENT_SECRET", "p8e-{A32}"),
    ("MAXMIND_LICENSE_KEY", "{A6}_{A29}_mmk"),
    ("MERAKI_API_KEY", "meraki_key: «{h40}»"),
    ("INTRA42_CLIENT_SECRET", "s-s4t2ud-{h64}"),
    ("ALGOLIA_API_KEY", "algolia admin key: «{h32}»"),
]


def only(text: str) -> tuple[str, str]:
    """Return type and text of the one finding that is expected."""
    (span,) = secrets.find(text)
    return span.type, text[span.start : span.end]


@pytest.mark.parametrize(("kind", "form"), FORMS, ids=[f"{kind}-{i}" for i, (kind, _) in enumerate(FORMS)])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_providers_format_is_found_exactly(kind: str, form: str, seed: int) -> None:
    """Each format is found in running text, with its own type, from its first to its last character."""
    before, found, after = re.split("«|»", made(form, seed)) if "«" in form else ("", made(form, seed), "")

    assert only(f"please use {before}{found}{after} for it.") == (kind, found)


def test_every_type_of_the_table_has_a_form_here() -> None:
    """A rule without a test is not shipped."""
    assert {rule.type for rule in RULES} == {kind for kind, _ in FORMS}


def test_forty_providers_or_more_are_known() -> None:
    """The signal promises at least forty providers' formats."""
    assert len({rule.type.split("_")[0] for rule in RULES}) >= 40


def test_no_format_is_shorter_than_the_tokens_that_are_looked_at() -> None:
    """The prefilter looks at long tokens only, so a shorter format would never be found."""
    literals = {form.split("{")[0] for kind, form in FORMS if "«" not in form}

    assert [form for kind, form in FORMS if "«" not in form and len(made(form)) < SHORTEST] == []
    assert literals


@pytest.mark.parametrize("before", ['"', "'", "=", "\\n", "\\t", "%3D", "(", "`", ":"])
def test_an_escape_in_front_of_a_token_is_not_part_of_it(before: str) -> None:
    """A prompt is often JSON in JSON: a backslash-n glued to a key does not hide it."""
    key = made("AKIA{U16}")

    assert only(f"x{before}{key}") == ("AWS_ACCESS_KEY", key)


def test_a_longer_word_is_not_a_token() -> None:
    """Twenty capitals inside base64 or a headline are no access key."""
    assert secrets.find(made("{A3}AKIA{U16}")) == ()
    assert secrets.find(made("AKIA{U16}{A4}")) == ()
    assert secrets.find("GROWTH INASIAPACIFICREGIONSANDMORE") == ()
    assert secrets.find("ASIAPACIFICMARKETSXX") == ()


@pytest.mark.parametrize(
    "text",
    [
        "AKIA" + "IOSFODNN7" + "EXAMPLE",
        "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCY" + "EXAMPLEKEY",
        "ghp_" + "x" * 36,
        "AKIA" + "X" * 16,
        "api_key = ${API_KEY}",
        'password: "changeme"',
        "password: <your password>",
        "token = YOUR_TOKEN_GOES_HERE_12345",
        "postgres://user:password@localhost/db",
        "postgres://app:${DB_PASSWORD}@db/app",
        "mysql://root:root@localhost/test",
        "Authorization: Bearer $TOKEN",
        "Authorization: Bearer <token>",
        "curl -u user:pass https://example.org",
        'secret = os.environ["APP_SECRET_2024"]',
        "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
        "-----BEGIN PUBLIC KEY-----\n" + "A1b2" * 16 + "\n-----END PUBLIC KEY-----",
    ],
)
def test_a_placeholder_is_not_reported(text: str) -> None:
    """Documentation keys, masks, variables and the defaults of tutorials are nobody's secret."""
    assert secrets.find(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "commit 9fceb02d0ae598e95dc970b74767f19372d61af8",
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "request 550e8400-e29b-41d4-a716-446655440000 failed",
        '"requestId": "550e8400-e29b-41d4-a716-446655440000"',
        "arn:aws:iam::123456789012:role/OrganizationAccountAccessRole",
        "next_token: eyJzb3J0IjoxMjN9AAABBBCCC1a2b3c4d5e6",
        "public_key = 9Cnzj4p4WGeKLs1Pt8QuKUpRKfFLfRYC9AIKjbJTWit",
        "max_tokens: 4096, token_count = 123456789012345678",
        "My password is incorrect, please help",
        "the secret to happiness: work less and sleep 8 hours",
        "bypass: r3striction",
        "key: value1, key: value2",
        "See https://example.org/a@b and https://example.org:8443/x@y",
        "http://127.0.0.1:8000/path",
        "The keyboard: mechanical, 104keys-layout-v2",
        '"AWS::IAM::AccessKey": "bf29289b78d371e3"',
        '"AWS::AppFabric::AppAuthorization": "1f98c5225b47f913"',
        ":type tokens: antlr4.BufferedTokenStream.BufferedTokenStream",
        "password = base64.b16encode(salt)",
        '"ChangeToken": "abcd12f2-46da-4fdb-b8d5-fbd4c466928f"',
        "Authorization: AWS4-HMAC-SHA256 Credential=",
        "new URL('https://abc:xyz@example.org')",
        "the token abc123def456ghi789jkl012 was revoked",
    ],
)
def test_ordinary_text_is_not_reported(text: str) -> None:
    """Hashes, ids, ARNs, page tokens and prose are not credentials."""
    assert secrets.find(text) == ()


@pytest.mark.parametrize("kind", ["", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED "])
def test_a_private_key_is_found_from_marker_to_marker(kind: str) -> None:
    """PEM keys of all kinds are found whole, and also when their end is cut off."""
    body = "\n".join(made("{b64}", seed) for seed in range(6))
    opening = f"-----BEGIN {kind}PRIVATE " + "KEY-----\n"
    whole = f"{opening}{body}\n-----END {kind}PRIVATE " + "KEY-----\n"

    assert only(f"here: {whole} thanks")[0] == "PRIVATE_KEY"
    assert only(f"here: {whole} thanks")[1] == whole.rstrip()
    assert body in only(f"here: {opening}{body}")[1]


def test_a_pgp_private_key_block_is_found() -> None:
    """PGP writes its marker with BLOCK."""
    block = (
        "-----BEGIN PGP PRIVATE "
        "KEY BLOCK-----\n\n" + made("{b64}\n{b64}\n={b4}\n") + "-----END PGP PRIVATE KEY BLOCK-----"
    )

    assert only(block)[0] == "PRIVATE_KEY"


def jwt(header: dict[str, str]) -> str:
    """Return a token with this header and a made-up claim and signature."""
    parts = [json.dumps(header).encode(), json.dumps({"sub": "somebody"}).encode()]
    return ".".join([*(base64.urlsafe_b64encode(p).decode().rstrip("=") for p in parts), made("{w43}")])


def test_a_jwt_is_found_by_its_header() -> None:
    """Three dotted parts are a JWT only when the first one names an algorithm."""
    token = jwt({"alg": "HS256", "typ": "JWT"})

    assert only(f"session {token}") == ("JWT", token)
    assert secrets.find(f"session {jwt({'kind': 'x'})}") == ()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("postgres://app:«{A14}»@db.internal:5432/app", "CONNECTION_STRING_PASSWORD"),
        ("postgresql+asyncpg://app:«{A14}»@db/app", "CONNECTION_STRING_PASSWORD"),
        ("mongodb+srv://app:«{A14}»@cluster0.abc.mongodb.net/x", "CONNECTION_STRING_PASSWORD"),
        ("redis://:«{A14}»@cache:6379/0", "CONNECTION_STRING_PASSWORD"),
        ("amqps://svc:«{A14}»@mq/vhost", "CONNECTION_STRING_PASSWORD"),
        ("jdbc:mysql://db:3306/app?user=app&password=«{A14}»&useSSL=true", "CONNECTION_STRING_PASSWORD"),
        ("Server=db;Database=app;User Id=app;Password=«{A14}»;", "CONNECTION_STRING_PASSWORD"),
        ("https://deploy:«{A14}»@git.internal.example.org/r.git", "URL_PASSWORD"),
        ("curl -u 'svc:«{A14}»' https://x", "CURL_PASSWORD"),
        ("Authorization: Basic «{A24}»", "AUTHORIZATION_HEADER"),
        ('{"Authorization": "Bearer «{A40}»"}', "AUTHORIZATION_HEADER"),
        ("api_key = '«{A32}»'", "GENERIC_SECRET"),
        ('"clientSecret": "«{A32}»"', "GENERIC_SECRET"),
        ("My password is «{A5}7{A5}», ok?", "GENERIC_SECRET"),
        ('{"name": "APP_SECRET", "value": "«{A32}»"}', "GENERIC_SECRET"),
        ('- name: APP_SECRET\n  value: "«{A32}»"', "GENERIC_SECRET"),
        ('{"ParameterKey": "DbPassword", "ParameterValue": "«{A5}7{A5}»"}', "GENERIC_SECRET"),
        ("| api key | «{A32}» |", "GENERIC_SECRET"),
        ("# API key\n`«{A32}»`", "GENERIC_SECRET"),
        ("API key:\n```\n«{A32}»\n```", "GENERIC_SECRET"),
        ("https://x.corp.org/?token=«{A32}»&page=2", "GENERIC_SECRET"),
        ("<client_secret>«{A32}»</client_secret>", "GENERIC_SECRET"),
        ("deploy --api-key «{A32}» --wait", "GENERIC_SECRET"),
        ("FROM scratch\nENV APP_SECRET «{A32}»\n", "GENERIC_SECRET"),
        ("machine host login me password «{A5}7{A5}»", "GENERIC_SECRET"),
        ("STORAGE_KEY=«{A44}»", "GENERIC_SECRET"),
        ('{"name": "SNYK_TOKEN", "value": "«{u}»"}', "SNYK_TOKEN"),
        ('{"name": "AWS_SECRET_ACCESS_KEY", "value": "«{b40}»"}', "AWS_SECRET_KEY"),
        ("DB_PASSWORD=«{A5}7{A5}»", "GENERIC_SECRET"),
    ],
)
def test_a_password_is_found_where_it_is_announced(text: str, kind: str) -> None:
    """Of a connection string, header or assignment only the password is the finding: the rest stays readable."""
    before, secret, after = re.split("«|»", made(text.replace("example.org", "corp.org")))

    assert only(before + secret + after) == (kind, secret)


def test_only_the_generic_rule_is_of_low_severity() -> None:
    """A playbook that matches on severity does not act on a guess."""
    assert "low" not in {rule.severity for rule in RULES}
    assert [s.severity for s in secrets.find(made("api_key = {A32}"))] == ["low"]


def test_spans_are_sorted_and_do_not_overlap() -> None:
    """A named format beats the generic rule on the same characters, and all offsets index the given text."""
    first, second = made("ghp_{A36}"), made("glpat-{w20}")
    text = f"İstanbul: api_token={first}; secret={second}"

    found = secrets.find(text)

    assert [(s.type, text[s.start : s.end]) for s in found] == [("GITHUB_PAT", first), ("GITLAB_PAT", second)]


def test_a_fingerprint_depends_on_secret_and_key() -> None:
    """Repeats correlate under one key, and without the key nothing can be tested against the fingerprint."""
    secret = made("AKIA{U16}")

    assert secrets.fingerprint(secret, b"k1") == secrets.fingerprint(secret, b"k1")
    assert len({secrets.fingerprint(s, k) for s in (secret, secret[::-1]) for k in (b"k1", b"k2")}) == 4
    assert re.fullmatch("[0-9a-f]{16}", secrets.fingerprint(secret, b"k1"))


def test_a_span_does_not_hold_the_secret() -> None:
    """What is handed on to cases and logs cannot leak what it is about."""
    secret = made("AKIA{U16}")

    assert secret not in repr(secrets.find(f"key {secret}"))


@pytest.mark.parametrize(
    "hostile", ["-----BEGIN PRIVATE " + "KEY-----", "eyJ", "://a:", "password=", "sk-proj-", "AKIA"]
)
def test_repeated_openings_need_memory_in_proportion(hostile: str) -> None:
    """A text of openings without an end is read to its end and kept in no copies beyond a small multiple."""
    text = hostile * (60_000 // len(hostile))
    tracemalloc.start()
    found = secrets.find(text)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert found == ()
    assert peak < 40 * len(text)
