"""The ViDA-UGC formats: records of images with their distortions, and conversations about them."""

from idetex_plugin.lab.data.vida.conversations import Conversation, read_conversations, write_conversations
from idetex_plugin.lab.data.vida.metadata import read_metadata, write_metadata
from idetex_plugin.lab.data.vida.records import Labelled, Mark

__all__ = [
    "Conversation",
    "Labelled",
    "Mark",
    "read_conversations",
    "read_metadata",
    "write_conversations",
    "write_metadata",
]
