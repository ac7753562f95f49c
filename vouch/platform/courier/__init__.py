"""Messages to people and systems (消息): in the pages, by mail, robots and webhooks; sent from jobs, never lost, never twice under two ids."""
