"""Work that outlives a request: enqueued in the transaction that needs it, retried, never lost."""
