"""Mirrors: accounts of the cloud that are read through the official SDKs, and what is read of them.

A source is one account seen with one access key. `poll` reads it a page at a time: each page becomes rows of the
estate, the differences to what was there before become facts, and the cursor moves on, all in one transaction. So a
restart goes on at the page that was not committed, and nothing is told twice or left out.

**One happening, one event.** The cloud has events of its own about what we see as differences. A source therefore has
one teller: the cloud (its system events are imported, differences only change the estate) or this console (differences
become facts, and the cloud's events of the names in our catalogue are left out). `teller_since` is the moment of the
cut-over: the cloud's events are judged by when they happened, a difference by the stretch between the two looks that
found it. What may have been told by either is recognised as the same happening by name, resource and:

* a difference: the cloud's time lies in its stretch (`tellers`, `ours`);
* a crossing of a quota: the cloud's time lies in the stretch since the sample before. Samples are taken whoever tells;
  each names the events that are not ours to raise, so that an excursion which the cloud told of is not told again while
  it lasts. What was so at the very first sample is in the cloud's history;
* a reminder: it stands for the same days before the same end. A reminder of the cloud's counts as sent by us
  (`events.deadlines`), and one of ours as sent by the cloud.

Either may come to light first, also as a fact that still waits to be evaluated; the second one is dropped.

Events from before a source was connected are history: they are listed and counted, and nobody is told of them. Events
that were read make no resource known: they speak of what is gone, too, and what there is was read.
"""
