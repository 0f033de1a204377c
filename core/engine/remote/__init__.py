"""A model behind an OpenAI-compatible endpoint.

Its modules in reading order:

    remote_engine      A model behind an OpenAI-compatible endpoint, on this or on any other
                       machine.
    streamed_answer    An answer on its way from the task that reads it to whoever consumes it, and
                       what it cost.
    picture_urls       Pictures as data URLs within the pixel budget, for endpoints that take them
                       inside a request.
    asking             Asking until there is an answer: mended requests, and waits that a busy
                       server asks for.
    chat_request       A chat request, kept to the fields and to the length of answer that its
                       server takes.
    chat_server        An OpenAI-compatible server over HTTP: its list of models and its streamed
                       answers.
    http_clients       HTTP clients by what those who ask bring along: their proxies, their
                       certificates, their key.
    bodies             Bodies piece by piece: those of replies are unpacked up to a bound, those of
                       requests sent.
    answer_reader      The body of a reply to a chat request, read in whatever form it comes.
    event_stream       The data of the events in a text/event-stream, however its lines end and
                       wherever it is cut.
    event_data         The data of one event: its bytes as text, and the JSON objects in it.
    json_documents     The JSON objects of a body that holds nothing else: one over many lines, or
                       one after another.
    chunk_forms        What stands where in a chunk of an answer: the forms that servers give text,
                       errors and counts.
    inline_thoughts    Thoughts that a server leaves in the text, taken out where an answer begins
                       with them.
    halves             Text whose characters come in halves, from one chunk to the next.
    model_list         The models that a server lists: read from any form of list, and the one to
                       chat with chosen.
    server_json        JSON that servers send: taken as it comes, in any encoding, with numbers in
                       any form.
    asked              Who was asked for what, as far as sentences about it need that.
    refusals           What a server says when it does not answer, read from status, headers and
                       body.
    overflow           How servers say that prompt and answer do not fit the context, and the
                       numbers in what they say.
    retry_after        How long a server that is busy asks to wait, in any of the ways in which it
                       may say so.
    refusal_sentences  Refusals explained: one sentence each that says what to do.
    failures           What goes wrong on the way to a server, by its true name: one sentence that
                       says what to do.
"""
