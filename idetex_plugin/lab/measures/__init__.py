"""Measures as pure functions over arrays or plain records. Each says its formula, its shapes and its source.

Boxes are x1 y1 x2 y2 in any one unit. Only numpy is needed, but for `matching` and `opinion` (scipy) and `text`.
"""
