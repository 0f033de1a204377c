"""A core that starts at login: the file that launchd or systemd is to be given."""

import shlex
import shutil
import sys
from argparse import Namespace
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from .output import Output

_LAUNCHD: Final = """\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN"
  "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>seeshell.core</string>
  <key>ProgramArguments</key>
  <array>
{arguments}
  </array>
  <key>RunAtLoad</key>
  <true/>
  <!-- Started again after a crash, but not once it has ended by itself or by `seeshell stop`. -->
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <key>ProcessType</key>
  <string>Interactive</string>
</dict>
</plist>
"""

_SYSTEMD: Final = """\
[Unit]
Description=seeshell's core: vision-language models and conversations

[Service]
ExecStart={command}
# Started again after a crash, but not once it has ended by itself or by `seeshell stop`.
Restart=on-failure

[Install]
WantedBy=default.target
"""


def print_service(options: Namespace, output: Output) -> int:
    """Prints the file for the service manager that the options name."""
    command = [*_program(), "core"]
    if options.manager == "launchd":
        lines = (f"    <string>{escape(word)}</string>" for word in command)
        text = _LAUNCHD.format(arguments="\n".join(lines))
    else:
        # In a unit a percent sign begins a name of systemd's own.
        text = _SYSTEMD.format(command=shlex.join(command).replace("%", "%%"))
    output.write(text)
    return 0


def _program() -> list[str]:
    """Returns what runs seeshell, with its whole path: service managers have a short PATH."""
    if found := shutil.which(sys.argv[0]):
        return [str(Path(found).absolute())]
    return [sys.executable, "-m", "seeshell"]
