"""A model behind an OpenAI-compatible endpoint.

Its modules in reading order:

    remote_engine  A model behind an OpenAI-compatible endpoint, on this or on any other machine.
    chat_server    An OpenAI-compatible server over HTTP: its models, its streamed answers, its
                   errors in words.
    picture_urls   Pictures as data URLs within the pixel budget, for endpoints that take them
                   inside a request.
"""
