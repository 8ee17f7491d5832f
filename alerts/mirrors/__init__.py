"""Mirrors: accounts of the cloud that are read through the official SDKs, and what is read of them.

A source is one account seen with one access key. `poll` reads it a page at a time: each page becomes rows of the
estate, the differences to what was there before become facts, and the cursor moves on, all in one transaction. So a
restart goes on at the page that was not committed, and nothing is told twice or left out.

**One happening, one event.** The cloud has events of its own about what we see as differences. A source therefore has
one teller: the cloud (its system events are imported, differences only change the estate) or this console (differences
become facts, and the cloud's events of the names in our catalogue are left out). `teller_since` is the moment of the
cut-over: the cloud's events are judged by when they happened, a difference by the stretch between the two looks that
found it. A difference whose stretch holds the cut-over may have been told by either; it is recognised as told by an
event of its name about its resource in the stretch, and so is an event of the cloud by a fact of ours (`tellers`).
"""
