"""The interface: a Textual app and a command line that talk to the core over its socket."""
