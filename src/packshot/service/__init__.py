"""The service: REST, pages, accounts, history and the queue. A door to the same journey."""
