"""What one model invocation shows: injection, PII, secrets, leaks, guardrails, tokens. Pure; knows no AWS client."""
