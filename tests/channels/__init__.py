"""Tests of the channels: one contract that each of them passes, and the guard under outgoing HTTP."""
