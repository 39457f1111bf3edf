"""Published cases against the model; a case that fails stays, with its cause."""
