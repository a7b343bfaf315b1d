"""How the test vectors are made: bytes by hand, fixed test keys, forms, lists, and the scenarios themselves.

Nothing here uses qrcert: the vectors are written from the specification, so that they can contradict it.
"""
