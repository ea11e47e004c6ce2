"""Floor 6: where photos come from, one photo to do, who does it, and the account of it.

A folder of a seller's photos (`fix`, `check`, `cutout`): `sources` finds them, `names` gives each its own
name, `writing` does the work, `account` says what became of every one.

A catalogue of millions (`batch`): `listing/` names photos as a stream, `plan` says which are to be done,
`flow` takes them through reading, the gate and the work to receipts, which lie on the `shelf` and are asked
through the `ledger`; `job` puts it together. `local` and `on_ray` are who works; `crew` is the processes that
both roads share, `store` the place for files.
"""
