"""Plans whose long statements let others go on: the same end by steps that don't lock a busy table."""
