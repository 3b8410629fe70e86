"""The plan tried where it can harm nothing."""
