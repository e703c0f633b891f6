"""The rules of allocation: standard library only, no clock, no storage, no screen."""
