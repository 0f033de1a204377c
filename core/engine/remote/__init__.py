"""A model behind an OpenAI-compatible endpoint.

Its modules in reading order:

    remote_engine   A model behind an OpenAI-compatible endpoint, on this or on any other machine.
    chat_server     An OpenAI-compatible server over HTTP: its models, its streamed answers, its
                    errors in words.
    answer_reader   The body of a reply to a chat request, read in whatever form it comes.
    event_stream    The data of the events in a text/event-stream, however its lines end and
                    wherever it is cut.
    json_documents  The JSON objects of a body that holds nothing else: one over many lines, or one
                    after another.
    chunk_forms     What stands where in a chunk of an answer: the forms that servers give text,
                    errors and counts.
    halves          Text whose characters come in halves, from one chunk to the next.
    picture_urls    Pictures as data URLs within the pixel budget, for endpoints that take them
                    inside a request.
"""
