"""Firedoor: detection and response for AWS accounts and AI workloads."""
