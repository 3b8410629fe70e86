"""A comparison for those who judge it: one document for programs, and pages and Markdown that say the same."""
