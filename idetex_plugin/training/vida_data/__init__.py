"""The ViDA-UGC formats: records of images with their distortions, and conversations about them."""

from idetex_plugin.training.vida_data.conversations import Conversation, read_conversations, write_conversations
from idetex_plugin.training.vida_data.metadata import read_metadata, write_metadata
from idetex_plugin.training.vida_data.records import Labelled, Mark

__all__ = [
    "Conversation",
    "Labelled",
    "Mark",
    "read_conversations",
    "read_metadata",
    "write_conversations",
    "write_metadata",
]
