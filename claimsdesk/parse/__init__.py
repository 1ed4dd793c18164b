"""`claimsdesk contact parse`: what intake makes of a file, without a broker or a database."""
