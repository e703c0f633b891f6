"""Commands, their key bindings, and the queue that delivers keys in order."""
