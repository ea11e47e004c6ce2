"""What people see of a whole catalogue: its sums, its failures, its page and its review sheet.

Everything takes rows of receipts one by one and holds no more for ten million of them than for ten thousand.
"""
