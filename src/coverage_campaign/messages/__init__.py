"""Sentences for people: English in the source, Chinese in catalogues, formats of each language."""

from coverage_campaign.messages.language import (
    LANGUAGES,
    Language,
    check_language,
    current_language,
    language,
)
from coverage_campaign.messages.message import (
    Message,
    Translatable,
    Value,
    message,
    message_in,
    text_of,
)

__all__ = [
    "LANGUAGES",
    "Language",
    "Message",
    "Translatable",
    "Value",
    "check_language",
    "current_language",
    "language",
    "message",
    "message_in",
    "text_of",
]
