"""A model behind an OpenAI-compatible endpoint.

Its modules in reading order:

    remote_engine    A model behind an OpenAI-compatible endpoint, on this or on any other machine.
    remote_model     The model that a server is asked for: the one that is named, else one that it
                     lists.
    streamed_answer  An answer on its way from the task that reads it to whoever consumes it, and
                     what it cost.
    picture_urls     Pictures as data URLs within the pixel budget, for endpoints that take them
                     inside a request.
    asking           Asking until there is an answer: mended requests, and waits that a busy server
                     asks for.
    chat_request     A chat request, kept to the fields and to the length of answer that its server
                     takes.
    option_fields    Options of an answer as fields of a chat request: what servers call them, and
                     which they take.
    chat_server      An OpenAI-compatible server over HTTP: its list of models and its streamed
                     answers.
    http_clients     HTTP clients by what those who ask bring along: their proxies, their
                     certificates, their key.
    bodies           Bodies piece by piece: those of replies are unpacked up to a bound, those of
                     requests sent.
    model_list       The models that a server lists: read from any form of list, and the one to chat
                     with chosen.
    server_json      JSON that servers send: taken as it comes, in any encoding, with numbers in any
                     form.
    answers/         Answers read: from the bytes of a reply, whatever its form, to text, thoughts
                     and counts.
    refusals/        What is said when there is no answer: refusals read, failures named, one
                     sentence each.
"""
