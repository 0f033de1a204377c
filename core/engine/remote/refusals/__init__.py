"""What is said when there is no answer: refusals read, failures named, one sentence each.

Its modules in reading order:

    asked        Who was asked for what, as far as sentences about it need that.
    refusal      What a server says when it does not answer, read from status, headers and body.
    overflow     How servers say that prompt and answer do not fit the context, and the numbers in
                 what they say.
    retry_after  How long a server that is busy asks to wait, in any of the ways in which it may say
                 so.
    sentences    Refusals explained: one sentence each that says what to do.
    failures     What goes wrong on the way to a server, by its true name: one sentence that says
                 what to do.
"""
