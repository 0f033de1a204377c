"""The chat log: one widget that draws every message of a conversation as lines."""

from .chat_log import ChatLog

__all__ = ["ChatLog"]
