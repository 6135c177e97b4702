"""The ICCV MIPI 2025 challenge on detailed image quality assessment: its files, its six terms, and their sum.

Source: the challenge's published rules and scorer, on ViDA-UGC's bench.
"""
