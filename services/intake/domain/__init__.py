"""What intake knows about mails, letters and notes: pure functions, no clock, no IO."""
