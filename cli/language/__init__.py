"""The language server: the protocol of editors on one side, `normalizer.editors` on the other."""
