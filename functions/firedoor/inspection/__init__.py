"""What one model invocation shows: injection, PII, secrets, leaks, guardrails, tokens. Pure, and knows no AWS client."""
