"""What a hosting platform provides before a project adds anything."""
