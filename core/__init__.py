"""The resident core: sessions, store, engine. Imports no interface and prints nothing.

Its modules in reading order, from the values through socket and sessions to disk and model:

    conversation, errors, settings            what all of it speaks of
    messages/                                 requests and events, one JSON document a line
    __main__, service, log                    the process from start to end
    lock, socket_path, peer, private_files    one core for each data directory, for its user alone
    client, launch                            the socket's other end, which the interface uses
    server, connection, outbox                lines in, requests carried out, events out
    sessions                                  the session manager: does what clients ask
    submissions, turns, open_turn             questions are stored, answers queued and computed
    subscribers, preparations, model_loader   who hears of it, work ahead, which model is there
    archive, disk                             conversations and pictures, the loop never waiting
    store                                     what is stored, every change one transaction
    conversation_table, message_tree          SQLite: conversations and their messages
    picture_table                             SQLite: pictures that have a copy on disk
    store_rows, word_index                    SQLite: queries and search
    database, migrations                      SQLite: the file
    picture_files, images                     copies named by their sha256; decoding
    models, hub, preflight                    what can be loaded: found, downloaded, checked
    engine/                                   what computes answers
    bench/, demo/                             `seeshell bench`; the model that ships
"""
