"""How terminals answer what they are asked, each query by its reply. Recorded from them."""

from seeshell.tui.terminal.replies import ASK_ATTRIBUTES, ASK_CELL_SIZE, ASK_GRAPHICS, ASK_NAME

_CELL_SIZE = {ASK_CELL_SIZE: "\x1b[6;20;10t"}

KITTY = _CELL_SIZE | {
    ASK_NAME: "\x1bP>|kitty(0.41.1)\x1b\\",
    ASK_GRAPHICS: "\x1b_Gi=31;OK\x1b\\",
    ASK_ATTRIBUTES: "\x1b[?62;52;c",
}

KONSOLE = _CELL_SIZE | {
    ASK_NAME: "\x1bP>|Konsole 22.12.3\x1b\\",
    ASK_GRAPHICS: "\x1b_Gi=31;OK\x1b\\",
    ASK_ATTRIBUTES: "\x1b[?62;1;4c",
}
OLD_KITTY = KONSOLE | {ASK_NAME: "\x1bP>|kitty(0.26.5)\x1b\\", ASK_ATTRIBUTES: "\x1b[?62;c"}
ITERM2 = _CELL_SIZE | {
    ASK_NAME: "\x1bP>|iTerm2 3.5.10\x1b\\",
    ASK_ATTRIBUTES: "\x1b[?65;1;2;4;6;9;15;16;17;18;21;22;28;29c",
}
XTERM = _CELL_SIZE | {
    ASK_NAME: "\x1bP>|XTerm(379)\x1b\\",
    ASK_ATTRIBUTES: "\x1b[?63;1;2;4;6;9;15;16;22;28c",
}
MLTERM = _CELL_SIZE | {ASK_ATTRIBUTES: "\x1b[?63;1;2;3;4;6;7;15;18;22;29c"}
PLAIN = _CELL_SIZE | {
    ASK_NAME: "\x1bP>|plain(1.0)\x1b\\",
    ASK_ATTRIBUTES: "\x1b[?62;22c",
}
