"""The table of secret formats: one row per format, read by `secrets`.

Owns which formats are known, how severe each is and which cheap literal must be present before its pattern is run.
It does not own matching, placeholder rules or the generic keyword rule.
The formats are the issuers' own, as their documentation and the public secret-scanning tables describe them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SHORTEST = 20
"""Characters of the shortest token that a rule which is not `folded` can match."""

Severity = Literal["low", "medium", "high", "critical"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One format: run `pattern` when one of `literals` is in the text.

    `literals` are looked for in the text's long tokens (every format has a run of `SHORTEST` characters without a
    space around its literal), or in the whole lowered text when `folded`.
    Group 1 of the pattern is the secret where there is one, else the whole match.
    A match below `entropy` bits a character is a placeholder.
    Every pattern starts with a literal or is bounded, so that hostile text costs linear time.
    """

    type: str
    severity: Severity
    literals: tuple[str, ...]
    pattern: str
    entropy: float = 3.0
    folded: bool = False


_HEX32, _HEX40, _HEX64 = "[a-f0-9]{32}", "[a-f0-9]{40}", "[a-f0-9]{64}"
_ALNUM = "[A-Za-z0-9]"
_WORD = "[A-Za-z0-9_-]"
_UUID = "[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}"


# From the name to its value: an assignment, a cell, an element, a sentence, or a member that is itself called value.
_NAMED_LINK = (
    r"[\w .\-\]\"'`]{0,30}?(?:=|:|>|\||,|\bis\b|(?i:(?<=key)|(?<=token)|(?<=secret)) |(?=\s{0,20}-?\s{0,3}value:))"
    r"(?:\s{0,40}[\"']?[A-Za-z]{0,9}[Vv]alue[\"']?\s{0,2}[:=])?[\s\"'`=>\\]{0,6}"
)


def _named(provider: str, value: str) -> str:
    """Match a value without a prefix of its own, assigned to a name that carries the provider's."""
    return rf"(?<![A-Za-z])(?i:{provider}){_NAMED_LINK}({value})(?![\w-])"


_AWS = (
    Rule("AWS_ACCESS_KEY", "high", ("AKIA",), r"AKIA[A-Z0-9]{16}"),
    # ASIA is also a word: a temporary key without one digit is too rare to pay for with capitalised headlines.
    Rule("AWS_ACCESS_KEY", "high", ("ASIA",), r"ASIA(?=[A-Z]{0,15}\d)[A-Z0-9]{16}"),
    Rule("AWS_BEARER_KEY", "high", ("ABIA", "ACCA"), r"A(?:BIA|CCA)(?=[A-Z]{0,15}\d)[A-Z0-9]{16}"),
    Rule("AWS_BEDROCK_API_KEY", "critical", ("ABSK",), r"ABSK[A-Za-z0-9+/]{100,269}+={0,2}", entropy=3.5),
    Rule(
        "AWS_BEDROCK_SHORT_TERM_API_KEY",
        "critical",
        ("bedrock-api-key-",),
        # The body is a presigned URL in base64 and so always begins with "bedrock.amazonaws.com".
        r"bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t[A-Za-z0-9+/_-]{0,6000}+={0,2}",
    ),
    Rule(
        "AWS_SECRET_KEY",
        "critical",
        ("secret", "aws", "akia", "asia"),
        # The words that announce it may be a few JSON or YAML tokens away from the 40 characters.
        r"(?i:secret.{0,4}access.{0,4}key|aws.{0,4}secret|secret.{0,2}key|(?<![a-z])a[ks]ia[a-z0-9]{16})"
        r"[\w .\-]{0,16}?[\s:=\"'`,>|\\]{1,16}(?:[A-Za-z]{0,9}[Vv]alue[\s:=\"'`>]{1,8})?"
        r"([A-Za-z0-9+/]{40})(?![A-Za-z0-9+/=])",
        entropy=4.0,
        folded=True,
    ),
    Rule(
        "AWS_SESSION_TOKEN",
        "high",
        ("IQoJb3JpZ2lu", "FwoGZXIvYXdz"),
        r"(?:IQoJb3JpZ2lu|FwoGZXIvYXdz)[A-Za-z0-9+/]{80,3000}+={0,2}",
    ),
    Rule("AWS_MWS_KEY", "high", ("amzn.mws.",), rf"amzn\.mws\.{_UUID}"),
)

_SOURCE_CONTROL = (
    Rule("GITHUB_PAT", "high", ("ghp_",), rf"ghp_{_ALNUM}{{36,255}}+"),
    Rule("GITHUB_FINE_GRAINED_PAT", "high", ("github_pat_",), r"github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}"),
    Rule("GITHUB_TOKEN", "high", ("gho_", "ghu_", "ghs_", "ghr_"), rf"gh[ousr]_{_ALNUM}{{36,255}}+"),
    Rule("GITLAB_PAT", "high", ("glpat-",), r"glpat-[A-Za-z0-9_-]{20,64}+(?:\.[a-z0-9.]{9,12})?"),
    Rule(
        "GITLAB_TOKEN",
        "high",
        ("glptt-", "gldt-", "glrt-", "glcbt-", "glagent-", "glft-", "glimt-", "glsoat-", "gloas-", "GR1348941"),
        r"(?:gl(?:ptt|dt|rt|cbt|agent|ft|imt|soat|oas)-(?:t\d_)?|GR1348941)[A-Za-z0-9_-]{20,64}+(?:\.[a-z0-9.]{9,12})?",
    ),
    Rule("BITBUCKET_TOKEN", "high", ("ATBB",), rf"ATBB{_ALNUM}{{32}}"),
    Rule("ATLASSIAN_TOKEN", "high", ("ATATT3", "ATCTT3"), r"AT[AC]TT3[A-Za-z0-9_-]{40,250}+(?:=[A-F0-9]{8})?"),
    Rule("SOURCEGRAPH_TOKEN", "high", ("sgp_",), r"sgp_(?:[a-fA-F0-9]{16}_|local_)?[a-fA-F0-9]{40}"),
    Rule("SOURCEGRAPH_TOKEN", "high", ("sourcegraph",), _named("sourcegraph", "[a-fA-F0-9]{40}"), folded=True),
    Rule("AZURE_DEVOPS_PAT", "high", ("AZDO",), rf"{_ALNUM}{{76}}AZDO{_ALNUM}{{4}}"),
    Rule(
        "AZURE_DEVOPS_PAT",
        "high",
        ("devops", "vsts", "ado_"),
        _named(r"azure[ _-]?devops|vsts|ado_(?:pat|token)", "[a-z2-7]{52}"),
        3.5,
        True,
    ),
)

_AI = (
    Rule("ANTHROPIC_API_KEY", "high", ("sk-ant-",), r"sk-ant-(?:api\d\d|admin\d\d|oat\d\d|ort\d\d)-[\w-]{93}AA"),
    Rule(
        "OPENAI_API_KEY",
        "high",
        ("sk-proj-", "sk-svcacct-", "sk-admin-", "sk-None-"),
        r"sk-(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{40,200}+",
    ),
    Rule("OPENAI_API_KEY", "high", ("T3BlbkFJ",), r"sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}"),
    Rule("OPENROUTER_API_KEY", "high", ("sk-or-v1-",), rf"sk-or-v1-{_HEX64}"),
    Rule("CEREBRAS_API_KEY", "high", ("csk-",), r"csk-[a-z0-9]{48}", 3.5),
    Rule("FIREWORKS_API_KEY", "high", ("fw_",), r"fw_(?=[A-Za-z]{0,23}[0-9])[A-Za-z0-9]{24}", 3.5),
    Rule("JINA_API_KEY", "high", ("jina_",), r"jina_[\w-]{60}", 3.5),
    Rule("VOYAGE_API_KEY", "high", ("pa-",), r"pa-(?=[A-Za-z_-]{0,42}[0-9])[\w-]{43}", 4.0),
    Rule("DEEPSEEK_API_KEY", "high", ("deepseek",), _named("deepseek", f"sk-{_HEX32}"), folded=True),
    # Behind the rule with a name: who copied OpenAI's interface copied "sk-" too. Without a digit it is a CSS class.
    Rule(
        "OPENAI_COMPATIBLE_API_KEY",
        "high",
        ("sk-",),
        r"(?<![A-Za-z0-9_-])(sk-(?=[A-Za-z]{0,47}[0-9])(?:[A-Za-z0-9]{48}|[A-Za-z0-9]{32}))(?![\w-])",
        3.5,
    ),
    Rule("HUGGINGFACE_TOKEN", "high", ("hf_",), r"hf_[A-Za-z0-9]{34}"),
    Rule("HUGGINGFACE_TOKEN", "high", ("api_org_",), r"api_org_[A-Za-z]{34}"),
    Rule("COHERE_API_KEY", "high", ("cohere", "co_api_key"), _named("cohere|co_api_key", "[A-Za-z0-9]{40}"), 3.5, True),
    Rule("MISTRAL_API_KEY", "high", ("mistral",), _named("mistral", "[A-Za-z0-9]{32}"), 3.5, True),
    Rule("GROQ_API_KEY", "high", ("gsk_",), r"gsk_[A-Za-z0-9]{52}"),
    Rule("PERPLEXITY_API_KEY", "high", ("pplx-",), r"pplx-[A-Za-z0-9]{48}"),
    Rule("REPLICATE_TOKEN", "high", ("r8_",), r"r8_[A-Za-z0-9]{37}"),
    Rule("XAI_API_KEY", "high", ("xai-",), r"xai-[A-Za-z0-9]{70,90}+"),
    Rule("NVIDIA_API_KEY", "high", ("nvapi-",), r"nvapi-[A-Za-z0-9_-]{60,70}+"),
    Rule("LANGSMITH_API_KEY", "high", ("lsv2_",), r"lsv2_(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{10}"),
    Rule("PINECONE_API_KEY", "high", ("pcsk_",), r"pcsk_[A-Za-z0-9_]{60,80}+"),
    Rule("TAVILY_API_KEY", "medium", ("tvly-",), r"tvly-(?:dev-|prod-)?[A-Za-z0-9]{32}"),
    Rule(
        "ELEVENLABS_API_KEY",
        "high",
        ("elevenlabs", "xi-api-key"),
        _named("elevenlabs|xi", "(?:sk_)?[a-f0-9]{32,48}"),
        folded=True,
    ),
    Rule("ELEVENLABS_API_KEY", "high", ("sk_",), r"sk_[a-f0-9]{48}"),
)

_CHAT = (
    Rule("SLACK_TOKEN", "high", ("xoxb-",), r"xoxb-\d{9,14}-(?:\d{9,14}-)?[A-Za-z0-9]{18,34}+"),
    Rule(
        "SLACK_TOKEN",
        "high",
        ("xoxp-", "xoxa-", "xoxr-", "xoxs-", "xoxo-"),
        r"xox[aprso]-(?:\d-)?\d{6,14}-(?:\d{6,14}-){0,3}(?=\d{0,47}[A-Za-z])[A-Za-z0-9]{10,48}+",
        entropy=2.0,  # most of it is numbers of accounts
    ),
    Rule("SLACK_TOKEN", "high", ("xoxe-", "xoxe."), r"xoxe(?:\.xox[bp])?-\d-[A-Za-z0-9]{120,240}+"),
    Rule("SLACK_APP_TOKEN", "high", ("xapp-",), r"xapp-\d-[A-Z0-9]{8,14}-\d{10,16}-[a-z0-9]{30,80}+"),
    Rule(
        "SLACK_WEBHOOK",
        "medium",
        ("hooks.slack.com/",),
        r"hooks\.slack\.com/(?:services|workflows|triggers)/([A-Za-z0-9]{8,14}/[A-Za-z0-9/]{20,70}+)",
    ),
    Rule(
        "DISCORD_BOT_TOKEN",
        "high",
        (".",),
        # Begins with the account's number in base64, so its first character is from a short list.
        r"[MNO][A-Za-z\d_-]{23,27}\.[\w-]{6}\.(?=[A-Za-z_-]{0,37}\d)[\w-]{27,38}+",
        entropy=4.0,
    ),
    Rule("DISCORD_WEBHOOK", "medium", ("/api/webhooks/",), r"/api/webhooks/(\d{17,20}/[\w-]{60,80}+)"),
    Rule("TELEGRAM_BOT_TOKEN", "high", (":AA",), r"\d{8,10}:AA[\w-]{33}"),
    Rule(
        "TEAMS_WEBHOOK",
        "medium",
        (".webhook.office.com/",),
        rf"\.webhook\.office\.com/webhookb2/({_UUID}@{_UUID}/IncomingWebhook/[a-f0-9]{{32}}/{_UUID})",
    ),
)

_PAYMENT = (
    Rule("STRIPE_SECRET_KEY", "critical", ("sk_live_", "rk_live_"), r"[sr]k_live_[A-Za-z0-9]{16,247}+"),
    Rule("STRIPE_TEST_KEY", "medium", ("sk_test_", "rk_test_"), r"[sr]k_test_[A-Za-z0-9]{16,247}+"),
    Rule("STRIPE_WEBHOOK_SECRET", "medium", ("whsec_",), r"whsec_[A-Za-z0-9+/]{32,64}+"),
    Rule("SQUARE_TOKEN", "high", ("sq0atp-", "sq0csp-"), r"sq0(?:atp|csp)-[\w-]{22,43}+"),
    Rule("SQUARE_TOKEN", "high", ("EAAA",), r"EAAA[\w-]{60}"),
    Rule("BRAINTREE_TOKEN", "high", ("access_token$",), r"access_token\$production\$[a-z0-9]{16}\$[a-f0-9]{32}"),
    Rule("PLAID_TOKEN", "high", ("access-production-",), rf"access-production-{_UUID}"),
    Rule("RAZORPAY_KEY", "medium", ("rzp_live_",), r"rzp_live_[A-Za-z0-9]{14}"),
    Rule("FLUTTERWAVE_KEY", "high", ("FLWSECK",), r"FLWSECK(?:_TEST)?-[a-zA-Z0-9]{12,40}-X"),
    Rule("EASYPOST_API_KEY", "high", ("EZAK",), r"EZAK[A-Za-z0-9]{54}"),
    Rule("SHIPPO_TOKEN", "high", ("shippo_",), rf"shippo_(?:live|test)_{_HEX40}"),
    Rule("LOB_API_KEY", "high", ("live_", "test_"), r"(?<![A-Za-z0-9_])((?:live|test)_[a-f0-9]{35})(?![\w-])"),
    Rule("SHOPIFY_TOKEN", "high", ("shpat_", "shpca_", "shppa_", "shpss_"), r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}"),
)

_CLOUD = (
    Rule("GOOGLE_API_KEY", "high", ("AIza",), r"AIza[\w-]{35}", entropy=3.5),
    Rule("GOOGLE_OAUTH_SECRET", "high", ("GOCSPX-",), r"GOCSPX-[\w-]{28}"),
    Rule("GOOGLE_OAUTH_TOKEN", "high", ("ya29.",), r"ya29\.[\w-]{60,300}+"),
    Rule("GOOGLE_REFRESH_TOKEN", "high", ("1//",), r"(?<![\w/])(1//0[\w-]{40,120}+)(?![\w/])", 4.0),
    Rule("AZURE_STORAGE_KEY", "critical", ("AccountKey=",), r"AccountKey=([A-Za-z0-9+/]{86}==)"),
    Rule("AZURE_SHARED_ACCESS_KEY", "high", ("SharedAccessKey=",), r"SharedAccessKey=([A-Za-z0-9+/]{43}=)"),
    Rule(
        "AZURE_SAS_TOKEN",
        "high",
        ("sig=",),
        r"sig=([A-Za-z0-9%+/]{43,63}(?:%3[Dd]|=))(?=[&\s\"'<>),;\\]|$)",
        entropy=4.0,
    ),
    Rule("AZURE_CLIENT_SECRET", "high", ("Q~",), r"(?<![\w~.-])([\w~.-]{3}\dQ~[\w~.-]{31,34}+)(?![\w~])", entropy=3.5),
    Rule("AZURE_CONTAINER_REGISTRY_KEY", "high", ("+ACR",), r"[A-Za-z0-9/+]{42}\+ACR[A-D][A-Za-z0-9]{5}"),
    Rule("AZURE_FUNCTION_KEY", "medium", ("AzFu",), r"[A-Za-z0-9_-]{44}AzFu[A-Za-z0-9_-]{4,5}={0,2}"),
    Rule("DIGITALOCEAN_TOKEN", "high", ("dop_v1_", "doo_v1_", "dor_v1_"), rf"do[opr]_v1_{_HEX64}"),
    Rule("ALIBABA_ACCESS_KEY", "high", ("LTAI",), r"LTAI[A-Za-z0-9]{16,24}+", entropy=3.5),
    Rule("TENCENT_SECRET_ID", "high", ("AKID",), r"AKID[A-Za-z0-9]{32}", entropy=3.5),
    Rule("YANDEX_API_KEY", "high", ("AQVN",), r"AQVN[\w-]{35,38}+", entropy=3.5),
    Rule("HEROKU_API_KEY", "high", ("HRKU-",), r"HRKU-(?:AA[\w-]{58}|[\w-]{36})"),
    Rule("HEROKU_API_KEY", "high", ("heroku",), _named("heroku", _UUID), folded=True),
    Rule("CLOUDFLARE_ORIGIN_CA_KEY", "high", ("v1.0-",), r"v1\.0-[a-f0-9]{24}-[a-f0-9]{146}"),
    Rule(
        "CLOUDFLARE_API_KEY",
        "high",
        ("cloudflare", "cf_api"),
        _named(r"cloudflare|cf_api", r"[\w-]{40}|[a-f0-9]{37}"),
        3.5,
        True,
    ),
    Rule("FASTLY_API_TOKEN", "high", ("fastly",), _named("fastly", r"[\w-]{32}"), 3.5, True),
    Rule(
        "FLYIO_TOKEN",
        "high",
        ("fo1_", "fm1", "fm2_"),
        r"(?:fo1_[\w-]{43}|fm1[ar]_[A-Za-z0-9+/]{100,1500}+|"
        r"fm2_[A-Za-z0-9+/]{100,1500}+)={0,3}",
    ),
    Rule("NETLIFY_TOKEN", "high", ("nfp_",), r"nfp_[A-Za-z0-9]{36}"),
    Rule("VERCEL_TOKEN", "high", ("vcp_", "vci_", "vca_", "vcr_", "vck_"), r"vc[piark]_[A-Za-z0-9]{24,60}+", 3.5),
    Rule("RENDER_API_KEY", "high", ("rnd_",), r"rnd_[A-Za-z0-9]{28,32}", 3.5),
    Rule("SUPABASE_TOKEN", "high", ("sbp_",), r"sbp_(?:v0_)?[a-f0-9]{40}"),
    Rule("SUPABASE_SECRET_KEY", "high", ("sb_secret_",), r"sb_secret_[\w-]{31}"),
    Rule("NEON_API_KEY", "high", ("napi_",), r"napi_[a-z0-9]{64}", 3.5),
    Rule("SCALINGO_TOKEN", "high", ("tk-us-",), r"tk-us-[\w-]{48}", 3.5),
    Rule("DEFINED_NETWORKING_TOKEN", "high", ("dnkey-",), r"dnkey-[a-z0-9=_-]{26}-[a-z0-9=_-]{52}"),
    Rule("PLANETSCALE_TOKEN", "high", ("pscale_",), r"pscale_(?:tkn|pw|oauth)_[\w.=-]{32,64}+"),
    Rule("CLICKHOUSE_CLOUD_SECRET", "high", ("4b1d",), r"4b1d[A-Za-z0-9]{38}", entropy=3.5),
    Rule("DATABRICKS_TOKEN", "high", ("dapi",), r"dapi[a-f0-9]{32}(?:-\d)?"),
    Rule(
        "TAILSCALE_KEY",
        "high",
        ("tskey-",),
        r"tskey-(?:auth|api|client|scim|webhook)-[A-Za-z0-9]{6,20}-[A-Za-z0-9]{20,40}",
    ),
)

_DELIVERY = (
    Rule("NPM_TOKEN", "high", ("npm_",), r"npm_[A-Za-z0-9]{36}"),
    Rule("NPM_TOKEN", "high", (":_authToken",), r":_authToken\s{0,2}=\s{0,2}([\w+/=.-]{20,120}+)"),
    Rule("PYPI_TOKEN", "high", ("pypi-AgE",), r"pypi-AgE(?:IcHlwaS5vcmc|NdGVzdC5weXBpLm9yZ)[\w-]{50,1000}+"),
    Rule("RUBYGEMS_KEY", "high", ("rubygems_",), r"rubygems_[a-f0-9]{48}"),
    Rule("NUGET_API_KEY", "high", ("oy2",), r"oy2[a-z0-9]{43}", entropy=3.5),
    Rule("CRATES_IO_TOKEN", "high", ("cio",), r"cio[A-Za-z0-9]{32}", entropy=3.8),
    Rule("CLOJARS_TOKEN", "high", ("CLOJARS_",), r"CLOJARS_[a-z0-9]{60}"),
    Rule("DOCKER_TOKEN", "high", ("dckr_",), r"dckr_(?:pat|oat)_[\w-]{27,40}+"),
    Rule("ARTIFACTORY_KEY", "high", ("AKCp",), r"AKCp[A-Za-z0-9]{69}"),
    Rule("ARTIFACTORY_TOKEN", "high", ("cmVmd",), r"cmVmd[A-Za-z0-9]{59}"),
    Rule("SONAR_TOKEN", "high", ("sqp_", "squ_", "sqa_"), rf"sq[pua]_{_HEX40}"),
    Rule("SONAR_TOKEN", "high", ("sonar",), _named(r"sonar(?:qube|cloud)?", "[A-Za-z0-9]{40}"), folded=True),
    Rule("SNYK_TOKEN", "high", ("snyk",), _named("snyk", _UUID), folded=True),
    Rule("BUILDKITE_TOKEN", "high", ("bkua_", "bkct_"), rf"bk(?:ua|ct)_{_HEX40}"),
    Rule("CIRCLECI_TOKEN", "high", ("CCIPAT_",), r"CCIPAT_[A-Za-z0-9]{22}_[a-f0-9]{40}"),
    Rule("OCTOPUS_API_KEY", "high", ("API-",), r"API-(?=[A-Z0-9]{0,25}\d)[A-Z0-9]{26}", entropy=3.5),
    Rule("PULUMI_TOKEN", "high", ("pul-",), rf"pul-{_HEX40}"),
    Rule("TERRAFORM_CLOUD_TOKEN", "high", (".atlasv1.",), r"[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{60,70}+"),
    Rule("VAULT_TOKEN", "high", ("hvs.", "hvb.", "hvr."), r"hv[sbr]\.[\w-]{24,300}+"),
    Rule(
        "VAULT_TOKEN",
        "medium",
        ("s.",),
        r"s\.(?=[A-Za-z0-9]{0,23}\d)(?=[A-Z0-9]{0,23}[a-z])(?=[a-z0-9]{0,23}[A-Z])"
        r"[A-Za-z0-9]{24}",
        entropy=3.8,
    ),
    Rule(
        "DOPPLER_TOKEN", "high", ("dp.",), r"dp\.(?:pt|ct|st|sa|scim|audit)\.(?:[a-z0-9_-]{2,35}\.)?[A-Za-z0-9]{40,44}"
    ),
    Rule("INFISICAL_TOKEN", "high", ("st.",), r"st\.[a-f0-9]{24}\.[a-f0-9]{32}\.[a-f0-9]{32}"),
    Rule("HARNESS_API_KEY", "high", ("pat.", "sat."), r"[ps]at\.[A-Za-z0-9]{22}\.[a-f0-9]{24}\.[A-Za-z0-9]{20}"),
    Rule(
        "SIDEKIQ_CREDENTIAL",
        "medium",
        ("contribsys",),
        rf"(?i:contribsys)(?:\.com[/@:=]{{1,2}}|{_NAMED_LINK})([a-f0-9]{{8}}:[a-f0-9]{{8}})(?![\w-])",
        folded=True,
    ),
    Rule("ONEPASSWORD_SERVICE_TOKEN", "critical", ("ops_eyJ",), r"ops_eyJ[A-Za-z0-9+/_-]{200,2000}+={0,3}"),
    Rule(
        "ONEPASSWORD_SECRET_KEY",
        "critical",
        ("A3-",),
        r"A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})"
        r"-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}",
    ),
    Rule(
        "AGE_SECRET_KEY", "critical", ("AGE-SECRET-KEY-1",), r"AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}"
    ),
    Rule("OPENSHIFT_TOKEN", "high", ("sha256~",), r"sha256~[\w-]{43}"),
    Rule("POSTMAN_API_KEY", "high", ("PMAK-",), r"PMAK-[a-f0-9]{24}-[a-f0-9]{34}"),
    Rule("INFRACOST_API_KEY", "medium", ("ico-",), r"ico-(?=[A-Za-z0-9]{0,31}[A-Z])[a-zA-Z0-9]{32}", entropy=3.5),
    Rule("PREFECT_API_KEY", "high", ("pnu_",), r"pnu_[A-Za-z0-9]{36}"),
    Rule("README_API_KEY", "high", ("rdme_",), r"rdme_[a-z0-9]{70}"),
    Rule("LAUNCHDARKLY_KEY", "high", ("sdk-", "api-"), rf"(?:sdk|api)-{_UUID}"),
)

_OBSERVABILITY = (
    Rule(
        "DATADOG_KEY",
        "high",
        ("datadog", "dd_ap", "dd-ap", "ddap"),
        _named("datadog|dd[_-]?ap[ip]", f"{_HEX40}|{_HEX32}"),
        folded=True,
    ),
    Rule("NEW_RELIC_KEY", "high", ("NRAK-", "NRII-", "NRIQ-"), r"NR(?:AK-[A-Z0-9]{27}|I[IQ]-[A-Za-z0-9_-]{32})"),
    Rule("NEW_RELIC_KEY", "high", ("NRAL",), r"(?:[a-f0-9]{36}|eu01xx[a-f0-9]{30})NRAL"),
    Rule("POSTHOG_KEY", "high", ("phx_",), r"phx_[A-Za-z0-9]{40,56}+", 3.5),
    Rule("HONEYCOMB_API_KEY", "high", ("hcaik_", "hcbik_", "hcaic_"), r"hc[a-z]i[kc]_[a-z0-9]{58}"),
    Rule("NEW_RELIC_KEY", "medium", ("NRJS-",), r"NRJS-[a-f0-9]{19}"),
    Rule("GRAFANA_TOKEN", "high", ("glsa_",), r"glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}"),
    Rule("GRAFANA_TOKEN", "high", ("glc_",), r"glc_[A-Za-z0-9+/]{32,400}+={0,3}"),
    Rule("GRAFANA_TOKEN", "high", ("eyJrIjoi",), r"eyJrIjoi[A-Za-z0-9]{60,400}+={0,3}"),
    Rule("SENTRY_TOKEN", "high", ("sntrys_", "sntryu_"), rf"sntry(?:u_{_HEX64}|s_eyJ[A-Za-z0-9+/=_]{{80,400}}+)"),
    Rule("DYNATRACE_TOKEN", "high", ("dt0",), r"dt0[a-z]\d\d\.[A-Z0-9]{24}\.[A-Z0-9]{64}"),
    Rule(
        "SUMO_LOGIC_ACCESS_KEY", "high", ("sumo",), _named("sumo_?logic|sumo_access_?key", "[A-Za-z0-9]{64}"), 3.5, True
    ),
    Rule("PAGERDUTY_KEY", "high", ("pagerduty",), _named("pagerduty", r"[uy]\+[\w-]{18}|[\w+-]{20}"), 3.5, True),
)

_BUSINESS = (
    Rule("TWILIO_API_KEY", "high", ("SK",), r"SK[0-9a-f]{32}"),
    Rule("TWILIO_AUTH_TOKEN", "high", ("twilio",), _named("twilio", _HEX32), folded=True),
    Rule("SENDGRID_API_KEY", "high", ("SG.",), r"SG\.[\w-]{22}\.[\w-]{43}"),
    Rule("MAILGUN_API_KEY", "high", ("key-",), rf"key-{_HEX32}"),
    Rule(
        "MAILGUN_API_KEY", "high", ("mailgun",), _named("mailgun", "[a-f0-9]{32}-[a-f0-9]{8}-[a-f0-9]{8}"), folded=True
    ),
    Rule("MAILCHIMP_API_KEY", "high", ("-us",), r"[a-f0-9]{32}-us\d{1,2}"),
    Rule("BREVO_API_KEY", "high", ("xkeysib-", "xsmtpsib-"), r"x(?:key|smtp)sib-[a-f0-9]{64}-[A-Za-z0-9]{16}"),
    Rule("MANDRILL_API_KEY", "high", ("mandrill",), _named("mandrill", r"(?:md-)?[\w-]{22}"), 3.5, True),
    Rule("RESEND_API_KEY", "high", ("re_",), r"re_(?=[A-Za-z]{0,7}[0-9A-Z])[A-Za-z0-9]{8}_[A-Za-z0-9]{24}", 4.0),
    Rule(
        "MESSAGEBIRD_API_KEY",
        "high",
        ("messagebird", "message_bird"),
        _named("message_?bird", f"{_UUID}|[a-z0-9]{{25}}"),
        folded=True,
    ),
    Rule("NOTION_TOKEN", "high", ("ntn_",), r"ntn_\d{11}[A-Za-z0-9]{35}"),
    Rule("NOTION_TOKEN", "high", ("secret_",), r"secret_[A-Za-z0-9]{43}", entropy=4.0),
    Rule("LINEAR_API_KEY", "high", ("lin_api_", "lin_oauth_"), r"lin_(?:api|oauth)_[A-Za-z0-9]{40,64}+"),
    Rule("OKTA_API_TOKEN", "high", ("okta",), _named("okta", r"00[\w-]{40}"), 3.8, True),
    Rule("AIRTABLE_TOKEN", "high", ("pat",), rf"pat[A-Za-z0-9]{{14}}\.{_HEX64}"),
    Rule(
        "ASANA_TOKEN",
        "high",
        ("asana",),
        _named("asana", r"\d/\d{16}(?:/\d{16})?:[a-z0-9]{32}|[a-z0-9]{32}"),
        3.5,
        True,
    ),
    Rule("ASANA_TOKEN", "high", ("1/", "2/"), r"(?<![\w/])([12]/\d{16}(?:/\d{16})?:[a-f0-9]{32})(?![\w-])"),
    Rule("INTERCOM_TOKEN", "high", ("dG9rO",), r"dG9rO[A-Za-z0-9+/]{50,60}+=?", 3.5),
    Rule("FRAMEIO_TOKEN", "high", ("fio-u-",), r"fio-u-[\w=-]{64}", 3.5),
    Rule("MAPBOX_SECRET_TOKEN", "high", ("sk.eyJ",), r"sk\.eyJ[\w-]{40,160}\.[\w-]{20,30}"),
    Rule("LINKEDIN_CLIENT_SECRET", "high", ("WPL_AP",), r"WPL_AP\d\.[A-Za-z0-9]{16}\.[A-Za-z0-9+/]{6,10}={0,2}"),
    Rule("FIGMA_TOKEN", "high", ("figd_", "figu_"), r"fig[du]_[\w-]{40,48}+"),
    Rule("CONTENTFUL_TOKEN", "high", ("CFPAT-",), r"CFPAT-[\w-]{43}"),
    Rule("HUBSPOT_TOKEN", "high", ("pat-na", "pat-eu"), rf"pat-(?:na|eu)\d-{_UUID}"),
    Rule("TYPEFORM_TOKEN", "high", ("tfp_",), r"tfp_[\w-]{40,60}+"),
    Rule("DUFFEL_TOKEN", "high", ("duffel_",), r"duffel_(?:live|test)_[\w=-]{43}"),
    Rule("TRELLO_TOKEN", "high", ("ATTA",), r"ATTA[a-f0-9]{64}[A-F0-9]{8}"),
    Rule("DROPBOX_TOKEN", "high", ("sl.",), r"sl\.(?:u\.)?[\w-]{130,400}+", entropy=4.0),
    Rule("FACEBOOK_TOKEN", "high", ("EAA",), r"EAA[MC][A-Za-z0-9]{100,300}+", entropy=4.0),
    Rule("INSTAGRAM_TOKEN", "high", ("IGQV", "IGAA"), r"IG(?:QV|AA)[\w-]{100,300}+", 4.0),
    Rule("FACEBOOK_TOKEN", "high", ("|",), r"\d{15,16}\|[\w-]{27}", entropy=3.5),
    Rule("TWITTER_BEARER_TOKEN", "high", ("AAAAAAAAAAAAAAAAAAAAA",), r"A{22}[A-Za-z0-9%]{80,100}+"),
    Rule("ADOBE_CLIENT_SECRET", "high", ("p8e-",), r"p8e-[A-Za-z0-9]{32}"),
    Rule("MAXMIND_LICENSE_KEY", "medium", ("_mmk",), r"[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk"),
    Rule("MERAKI_API_KEY", "high", ("meraki",), _named("meraki", "(?=[a-f]{0,39}[0-9])[a-f0-9]{40}"), folded=True),
    Rule("INTRA42_CLIENT_SECRET", "medium", ("s-s4t2",), rf"s-s4t2(?:ud|af)-{_HEX64}"),
    Rule("ALGOLIA_API_KEY", "high", ("algolia",), _named("algolia", _HEX32), folded=True),
)

RULES: tuple[Rule, ...] = (
    *_AWS,
    *_SOURCE_CONTROL,
    *_AI,
    *_CHAT,
    *_PAYMENT,
    *_CLOUD,
    *_DELIVERY,
    *_OBSERVABILITY,
    *_BUSINESS,
)
