"""Answers read: from the bytes of a reply, whatever its form, to text, thoughts and counts.

Its modules in reading order:

    answer_reader   The body of a reply to a chat request, read in whatever form it comes.
    event_stream    The data of the events in a text/event-stream, however its lines end and
                    wherever it is cut.
    event_data      The data of one event: its bytes as text, and the JSON objects in it.
    json_documents  The JSON objects of a body that holds nothing else: one over many lines, or one
                    after another.
    chunk_forms     What stands where in a chunk of an answer: the forms that servers give text,
                    errors and counts.
    halves          Text whose characters come in halves, from one chunk to the next.
"""
