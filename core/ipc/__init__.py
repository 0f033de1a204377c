"""The core's socket, both ends of it: the server here, the client that the interface uses.

Its modules in reading order:

    socket_path   Where the core's socket lies: in a folder of its own, within the platform's limit.
    lock          The lock that only one core of a data directory can hold, and where that core
                  listens.
    peer          Who is at the other end of a Unix socket.
    server        The core's end of the socket: lets the user's own processes in and serves each.
    connection    One client's connection: lines in, requests carried out beside each other, events
                  out.
    outbox        Events that wait for one client, merged while it is slow.
    client        The client's end of the socket: starts a core if none runs, sends requests, hands
                  out events.
    core_process  Starting the core, ending it, and reading what it wrote last.
"""
