"""From two catalogs to the ordered statements that turn one into the other."""
