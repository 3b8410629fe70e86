"""Answers for editors, about the text of a file that somebody is at."""
