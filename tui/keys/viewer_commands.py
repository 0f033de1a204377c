"""The commands of the full-screen viewer, and of the rectangle that is cut out in it."""

from typing import Final

from .command import KEYS, Command, Place

VIEWER: Final = Place(
    "viewer",
    "Full-screen viewer",
    (
        Command(
            "crop",
            "c",
            "Cut out a rectangle and ask about it",
            footer="crop",
            rank=2,
            moves_focus=True,
        ),
        Command("next", "] pagedown", "Next picture", footer="next", rank=3, action="look(1)"),
        Command(
            "previous", "[ pageup", "Previous picture", footer="previous", rank=3, action="look(-1)"
        ),
        Command(
            "next_box",
            "n",
            "Next box of the answer about the picture",
            footer="boxes",
            rank=2,
            action="move_box(1)",
        ),
        Command(
            "previous_box",
            "p",
            "Previous box of the answer about the picture",
            action="move_box(-1)",
        ),
        Command(
            "crop_box",
            "enter",
            "Attach what the highlighted box shows",
            footer="crop",
            rank=1,
            moves_focus=True,
        ),
        Command(
            "toggle_boxes", "b", "Hide the boxes over pictures, or show them", footer="hide", rank=6
        ),
        Command("zoom_in", "+ =", "Zoom in", footer="nearer", rank=4, action="zoom(1.5)"),
        Command("zoom_out", "- _", "Zoom out", footer="farther", rank=4, action="zoom(0.667)"),
        Command("fit", "0", "As large as fits", footer="fit", rank=4),
        Command("actual", "1", "One pixel for each of the picture's", footer="1:1", rank=4),
        Command("left", "left h", "Move to the left", action="pan(-0.2, 0)"),
        Command("right", "right l", "Move to the right", action="pan(0.2, 0)"),
        Command("up", "up k", "Move up", action="pan(0, -0.2)"),
        Command("down", "down j", "Move down", action="pan(0, 0.2)"),
        Command("far_left", "shift+left H", "Most of a screen to the left", action="pan(-0.8, 0)"),
        Command(
            "far_right", "shift+right L", "Most of a screen to the right", action="pan(0.8, 0)"
        ),
        Command("far_up", "shift+up K", "Most of a screen up", action="pan(0, -0.8)"),
        Command("far_down", "shift+down J", "Most of a screen down", action="pan(0, 0.8)"),
        Command(
            "seen",
            "m",
            "What the model saw, or the picture itself",
            footer="model's view",
            rank=5,
            action="toggle_seen",
        ),
        Command("flicker", "f", "Swap two pictures in place", footer="flicker", rank=5),
        Command(
            "side_by_side",
            "s",
            "Two pictures side by side, or one",
            footer="side by side",
            rank=5,
        ),
        Command("used", "u", "Where else the picture was used", footer="used", rank=6),
        Command("other", "o", "Compare with another picture", footer="other", rank=6),
        KEYS,
        Command(
            "back",
            "esc q",
            "Leave the rectangle; without one: close",
            footer="close",
            rank=1,
            moves_focus=True,
            must_keep="esc",
        ),
    ),
    parent="app",
    note="The wheel zooms; dragging the mouse spans a rectangle.",
)

CROP: Final = Place(
    "crop",
    "Viewer: the rectangle",
    (
        Command(
            "attach",
            "enter",
            "Attach the rectangle and ask",
            footer="attach",
            rank=1,
            action="attach(True)",
            moves_focus=True,
        ),
        Command(
            "attach_more",
            "a",
            "Attach it and go on cutting out",
            footer="attach, go on",
            rank=3,
            action="attach(False)",
        ),
        Command(
            "type", ": e", "Type left,top,width,height", footer="type it", rank=2, moves_focus=True
        ),
        Command("left", "left h", "Move it to the left", action="move(-1, 0)"),
        Command("right", "right l", "Move it to the right", action="move(1, 0)"),
        Command("up", "up k", "Move it up", action="move(0, -1)"),
        Command("down", "down j", "Move it down", action="move(0, 1)"),
        Command("narrower", "shift+left H", "Narrower", action="resize(-1, 0)"),
        Command("wider", "shift+right L", "Wider", action="resize(1, 0)"),
        Command("lower", "shift+up K", "Less high", action="resize(0, -1)"),
        Command("higher", "shift+down J", "Higher", action="resize(0, 1)"),
        Command("grow", ">", "Grow on all sides", footer="grow", rank=3, action="grow(1)"),
        Command("shrink", "<", "Shrink on all sides", footer="shrink", rank=3, action="grow(-1)"),
        Command(
            "fine",
            ".",
            "Steps of one pixel, or larger ones",
            footer="fine",
            rank=3,
            action="toggle_fine",
        ),
        Command(
            "grid",
            "g",
            "Digits take thirds, or quarters",
            footer="quarters",
            rank=4,
            action="toggle_grid",
        ),
        Command("zoom", "z", "Zoom to the rectangle", footer="zoom to it", rank=3),
    ),
    parent="viewer",
    note="A digit takes its third of the picture, or its quarter, in reading order.",
)
