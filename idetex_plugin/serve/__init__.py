"""A service over HTTP for pipelines that are not written in Python: the same pipeline, the same hooks."""
