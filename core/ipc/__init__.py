"""The core's socket, both ends of it: the server here, the client that the interface uses.

Its modules in reading order:

    socket_path     Where the core's socket lies: in a folder of its own, within the platform's
                    limit.
    lock            The lock that only one core of a data directory can hold, and where that core
                    listens.
    peer            Who is at the other end of a Unix socket.
    descriptors     How many files and connections the core may hold open.
    listener        The listening socket and its file: made, watched and removed.
    server          The core's end of the socket: lets the user's own processes in and serves each.
    greeting        The first line of a connection, which must be a fitting `Hello`, and the last
                    one.
    held_bytes      The memory that clients make the core hold, counted and limited for all of them
                    together.
    request_lines   Lines of a client, read within a limit.
    request_chains  One client's requests, carried out in their order where they are about the same
                    thing.
    outbox          Events that wait for one client, merged while it is slow, and counted in bytes.
    connection      One client's connection: requests in, carried out; replies and events out.
    reach           Reaching the core that holds the lock, and making sure that no other one
                    answers.
    client          The client's end of the socket: starts a core if none runs, sends requests,
                    hands out events.
    core_process    Starting the core, ending it, and reading what it wrote last.
"""
