"""Tables that people keep by hand."""
