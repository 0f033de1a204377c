"""Requests and events that cross the core's socket, one JSON document a line.

A client sends `Hello` first. Every request carries a `request` number chosen by the client; the
core answers each with exactly one event that carries the same number in `reply_to`: the reply
named at the request, or `Refused`. All other events have `reply_to` 0 and come when they happen:

    QueueChanged                                                      to its subscribers
    TurnStarted → (PictureBegun | Prefilled)* → (Delta | Decoded)* →
        TurnEnded | TurnFailed                                        to its subscribers
    (TurnStarted →) TurnWithdrawn                                     to its subscribers
    ConversationDeleted, ConversationRestored, ChoicesChanged         to its subscribers
    WorkChanged                                                       to every client
    ModelLoading* → ModelLoaded | ModelFailed                         to every client
    ModelUnloaded                                                     to every client
    PictureFetching, BundleProgress                                   to the client that asked
    PicturesOffered                                                   to the window used last
    RollRowChanged                                                    to those who follow the roll
    RollChanged, RollDeleted                                          to every client
    LibraryChanged                                                    to every client

A turn that is submitted is stored in its conversation's queue (`TurnQueued` is the reply) and taken
from there when the engine is free, so that a message sent while an answer runs is the core's at
once, in every client's sight. Requests of one connection about one conversation are carried out in
their order; all others beside each other.

A roll is one question over many pictures: its rows are answered one after the other when no turn
waits, and stored as they end. `roll_requests` tells what can be asked about rolls.

What is kept is listed and searched in pages: `library_requests` tells what can be asked of it, and
`LibraryChanged` brings what has changed since, so that no list is asked for again.

A client subscribes to a conversation by opening it or by submitting a turn to it. When a turn is
open, its answer in `ConversationOpened` is empty, and what has happened follows: the newest
`PictureBegun` or `Prefilled`, and the text so far as one `Delta`. A model that is being loaded is
reported to a new client right after `Welcome`. A slow client gets deltas joined, and of progress
only the newest.

Pictures never travel: both ends share the disk.

What belongs together stands in two modules, one for each direction: `picture_requests` and
`picture_events`, and so for `queue`, `model`, `library` and `roll`; the rest in `requests` and
`events`, which also name all of them together.
"""
