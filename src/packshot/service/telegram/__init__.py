"""A bot for Telegram: photos come in by a chat, go through the service like all others, come back mended."""
