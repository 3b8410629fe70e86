"""The engine: sources loaded, compared, planned, proved, printed and rewritten."""
