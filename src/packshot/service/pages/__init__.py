"""What people see in a browser: templates filled by the server, and small modules beside them."""
