"""All branches of a conversation: a tree that is walked, and two messages side by side.

Its modules in reading order:

    walk            The way through the tree: shown above the chat, and what was chosen there
                    carried out.
    tree_screen     All branches of a conversation on screen: walked, compared, deleted, or chosen
                    to go on from.
    tree_view       The rows of a tree on screen, with a cursor that keys move along it.
    layout          The messages of a conversation as rows: a tree in which only what branches is
                    set in. Pure.
    row_words       What a row of the tree says of its message. Pure.
    versions        Which two messages of a tree are compared. Pure.
    compare_screen  Two messages side by side: they scroll together, and the words that differ are
                    marked.
    compared_log    One of two messages that stand beside each other, with the words marked that
                    differ.
    compare         Two texts compared word by word: which words of each the other does not have
                    there. Pure.
"""

from .walk import TreeWalk

__all__ = ["TreeWalk"]
