"""Offline augmentation of labelled images: one module a task, each of which can be left out."""
