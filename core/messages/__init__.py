"""Requests and events that cross the core's socket, one JSON document a line.

A client sends `Hello` first. Every request carries a `request` number chosen by the client; the
core answers each with exactly one event that carries the same number in `reply_to`: the reply
named at the request, or `Refused`. All other events have `reply_to` 0 and come when they happen:

    TurnQueued → (Prefilled)* → (Delta)* → TurnEnded | TurnFailed     to its subscribers
    TurnQueued → TurnWithdrawn                                        to its subscribers
    ModelLoading* → ModelLoaded | ModelFailed                         to every client
    ConversationsChanged                                              to every client

A client subscribes to a conversation by opening it or by submitting a turn to it. When a turn is
open, its answer in `ConversationOpened` is empty, and what has happened follows: the newest
`Prefilled`, and the text so far as one `Delta`. A model that is being loaded is reported to a new
client right after `Welcome`. A slow client gets deltas joined, and of progress only the newest.

Pictures never travel: both ends share the disk.
"""
