"""The chats: Telegram, Discord, the web page, the terminal, and the conversation they share."""
