"""What a source holds, as a stream: photos named before anything of them was read.

A listing may be endless or a billion lines long: nothing here keeps what it has given.
"""
