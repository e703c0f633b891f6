"""What several screens show of tokens, and the panel that issues one."""
