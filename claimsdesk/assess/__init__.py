"""`claimsdesk assess`: what a programme makes of a claim, from files alone, for its author."""
