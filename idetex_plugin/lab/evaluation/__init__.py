"""What a checkpoint scores: the field's measures, the MIPI 2025 challenge, ViDA-UGC, and a bench of our own."""
