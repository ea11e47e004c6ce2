"""Floor 6: where photos come from, one photo to do, who does it, and the account of it.

`sources` finds photos, `names` gives each its own name, `runner` does them in processes, `work` is what is
done to one, `account` says what became of every one.
"""
