"""The assistant's part of a conversation: from one message of a person to one saved answer."""
