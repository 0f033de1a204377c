"""`seeshell --plain`: a linear chat in the normal screen, which a screen reader can follow.

Its modules in reading order:

    answer_commands        Commands about questions and answers of the conversation that is shown.
    calm_text              Streamed text at a rate that can be listened to: whole words, a few times
                           a second.
    command_names          The plain chat's commands by name: those of the table of keys, and what
                           has no key there.
    conversation_commands  Commands about conversations: to find, open, rename and delete them.
    desk                   What the commands of the plain chat work on: the session, and what is
                           told of it.
    interruptions          Signals that end a line or the chat, heard whatever the line editor is
                           doing.
    line_reader            Lines that are typed: through a line editor where the terminal is fit for
                           one.
    loop_thread            An asyncio loop beside the thread that waits for keys: the core is heard
                           meanwhile.
    model_commands         Commands about the model, its adapter, presets and templates.
    open_plain             Runs the plain chat on the standard streams, from the first prompt to the
                           exit status.
    picture_commands       Commands about the pictures of the next message.
    plain_chat             The loop of the plain chat: a line is read, done, and what comes of it is
                           printed.
    shown_messages         The messages of the branch that is shown, as the session's events change
                           them.
    slash_commands         What the plain chat does when a line begins with a slash and the name of
                           a command.
    teller                 Tells what happens in the conversation, line after line, and never while
                           somebody types.
    words                  What the plain chat says of pictures, messages, conversations and models.
                           Pure.
    mark_words             Boxes and points of an answer in words: how many, what they are called,
                           and where. Pure.
"""

from .open_plain import open_plain

__all__ = ["open_plain"]
