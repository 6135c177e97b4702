"""Tuning large checkpoints on conversations in the LLaVA format, with low-rank adapters."""
