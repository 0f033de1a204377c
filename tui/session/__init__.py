"""The conversation on screen without any widget, and everything that is unsent.

Its modules in reading order:

    launch_options        What the command line asks of the app when it starts.
    handed_over           The part of this program's environment that the core needs to reach
                          servers.
    session               The conversation on screen, and everything that is asked of the core about
                          it.
    events                What a `ChatSession` tells the screen: facts in the order in which they
                          happened.
    broadcast             Hands each event of a session to those who listen for its kind, at once
                          and in order.
    core_link             The connection to the core: requests, their refusals, and the core's
                          events.
    shown_turns           Follows the turns of one conversation: the core's events in, what they
                          change out.
    conversation_list     The list of stored conversations, and what is done to one without showing
                          it.
    deletions             Deleted conversations: each can be restored, and the one on screen is then
                          shown as before.
    context_room          Room in the context: what to leave out of later prompts or take in again,
                          and what that does.
    draft                 The values of the journal: what was typed, attached and sent but is not
                          the core's yet.
    shown_unsent          What is unsent of the conversation on screen: its draft is written, and
                          the core told of it.
    outgoing              What leaves the prompt: pictures are checked, messages sent in order,
                          nothing is lost.
    corrections           Answers that the user corrects by hand: what is written takes the place of
                          the model's words.
    attach_paths          Paths of pictures in text that was pasted or typed into the prompt.
    quiet_requests        Requests in the background: of each kind only the newest is sent, and no
                          refusal is shown.
    listed_conversations  The rows of the list of conversations, deleted ones included while they
                          can be restored.
    model_status          The model that answers and whom it serves: the same in every window of a
                          core.
    answer_progress       How far the answer in the conversation on screen is, from the queue to its
                          last token.
    current_model         The core's model as this window follows it: asks for another one, and
                          tells what it is.
    kept_model            The model that a conversation keeps: chosen here, and offered where
                          another one is loaded.
    kept_preset           The preset of the conversation on screen: which one counts, and the choice
                          of another.
    decisions             What went wrong and waits for the user's decision: it stands until that is
                          made.
    queue_requests        What the user wants done to the turns that wait in the conversation on
                          screen.
    picture_list          A draft's pictures in their order: removed, moved, checked again, and what
                          was removed put back.
    picture_edits         What the user does to the pictures of the next message: removes, moves,
                          tries again, undoes.
    missing_pictures      Paths of pictures in a text that name no file here, as a drag over SSH
                          pastes the laptop's.
    completion            What Tab puts into the prompt: paths of pictures, and behind `@` pictures
                          by part of their names.
    journal               The journal of this window: the one owner of what is unsent in it, by
                          conversation.
    journal_keeper        Has the journal's entries on disk soon after each change, and says so
                          where it can't.
    journal_folder        The journals on disk: a folder for each window, locked while it lives, a
                          file for each entry.
    saved_unsent          How an entry of the journal is written to disk and read again.
    inheritance           What dead windows left unsent: who inherits it, and when it is given up.
    old_drafts            Takes over `drafts.json`, which held what was unsent before each window
                          had a journal.
    picture_checks        Has the core check and copy pictures, a few at a time, and takes down what
                          became of each.
    deliveries            Turns on their way: each is made ready and sent in its order, whoever
                          waits for it.
"""
