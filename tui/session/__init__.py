"""The conversation on screen without any widget, and everything that is unsent.

Its modules in reading order:

    launch_options        What the command line asks of the app when it starts.
    handed_over           The part of this program's environment that the core needs to reach
                          servers.
    session               A client of the core: it connects, has the parts that ask, and tells them
                          what the core says.
    events                What a `ChatSession` tells the screen: facts in the order in which they
                          happened.
    found_place           What a conversation is opened at: the words that were searched for, and
                          where they were found.
    broadcast             Hands each event of a session to those who listen for its kind, at once
                          and in order.
    core_link             The connection to the core: requests, their refusals, and the core's
                          events.
    shown_conversation    Which conversation is on screen: a stored one is opened or branched, a new
                          one begun.
    shown_turns           Follows the turns of one conversation: the core's events in, what they
                          change out.
    conversation_list     The list of stored conversations, and what is done to one without showing
                          it.
    conversation_tree     The tree of the conversation on screen: read, and branches of it deleted
                          and restored.
    deletions             Deleted conversations: each can be restored, and the one on screen is then
                          shown as before.
    context_room          Room in the context: what to leave out of later prompts or take in again,
                          and what that does.
    draft                 A message on its way: its pictures, as it is written, and as it was sent.
    unsent                Everything unsent of one conversation in one window: an entry of the
                          journal.
    shown_unsent          What is unsent of the conversation on screen: its draft is written, and
                          the core told of it.
    outgoing              What leaves the prompt: pictures are checked, messages sent in order,
                          nothing is lost.
    corrections           Answers that the user corrects by hand: what is written takes the place of
                          the model's words.
    attach_paths          Paths of pictures in text that was pasted or typed into the prompt.
    quiet_requests        Requests in the background: of each kind only the newest is sent, and no
                          refusal is shown.
    listed_conversations  A row of the list of conversations, and what is known of it beside what is
                          stored.
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
    answer_requests       What the user wants done to the answers in the conversation on screen.
    picture_list          A draft's pictures in their order: removed, moved, checked again, and what
                          was removed put back.
    picture_edits         What the user does to the pictures of the next message: removes, moves,
                          sizes, tries again.
    likenesses            Pictures of the next message that are there already: in it, or in the
                          conversation above it.
    prices                What pictures cost before they are sent, as the core measures them for its
                          model.
    remeasuring           Measures the pictures in the prompt again when something else counts for
                          them.
    missing_pictures      Paths of pictures in a text that name no file here, as a drag over SSH
                          pastes the laptop's.
    completion            What Tab puts into the prompt: paths of pictures, and behind `@` pictures
                          by part of their names.
    journal               The journal of this window: the one owner of what is unsent in it, by
                          conversation.
    journal_entries       The entries of a journal, one for each conversation; one of them is the
                          new conversation's.
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
    left_pictures         Leaves pictures in a draft of their own, for the window that starts next.
    offered_pictures      Pictures that another program puts into this window's prompt, as `seeshell
                          attach` does.
    window_use            Tells the core that the user does something in this window, now and then.
    window                How a window reaches the core: the same for the app and for the plain
                          chat.
    roll_pictures         The pictures of a roll, from files, folders, globs and the notation for
                          pages and rectangles.
    shown_roll            A roll as a window or a command follows it: its rows as they are now, its
                          pace, the time left.
    picture_addresses     Addresses of pictures on the web, in text that was pasted or typed into
                          the prompt. Pure.
    private_addresses     Pictures that were not fetched since their address is not on the internet:
                          the user decides.
    roll_rows             Which rows of a roll are shown, and in which order.
    rolls                 Rolls as a window asks for them: one question over many pictures, begun,
                          watched and changed.
    named_files           Folders and globs: the pictures that each stands for, in natural order.
    found_hits            Places that a search has found, as lines: each under the conversation that
                          it is in. Pure.
    library               What is done to stored conversations, several at once: labelled, deleted,
                          restored, removed.
    library_query         What is typed to search the library: words, and a short notation for what
                          else must hold. Pure.
    library_view          What one list of conversations shows: rows, or for words hits; near the
                          view, and up to date.
    named_days            Days, months and years as people type them, and when each begins and ends
                          here. Pure.
    row_window            The rows of a long list that lie near the view, and changes put into their
                          places. Pure.
    shown_branch          The last messages of one branch of a conversation that was read with all
                          its branches. Pure.
"""
