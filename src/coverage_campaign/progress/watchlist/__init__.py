"""Units that need attention: triggers and steps."""
