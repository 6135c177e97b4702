"""Explainable image-quality assessment as a plugin: regions, answers, a description and a level for every photo.

Every public name is in `__init__.pyi`, and is imported when it is first used. What is not there is internal and may
change in any release; the page "Compatibility" of the documentation says what is promised.
"""

import lazy_loader

__version__ = "0.2.0"
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
