"""What `--help` says below the options: of the app and of each command."""

from typing import Final

ABOUT: Final = """\
Chat about pictures with a vision-language model that runs on this machine.
Without a command, seeshell opens the app; everything in it has a key (F1 lists them)."""

MODELS_AND_KEYS: Final = """\
environment:
  SEESHELL_HOME    one folder for settings, conversations, log and socket
  SEESHELL_MODEL   model of a core that starts, when --model is not given
  SEESHELL_IMAGES  how to draw pictures, when --images is not given

A MODEL is `demo`, a folder, a Hugging Face repository id, or an OpenAI-compatible
endpoint: its address, such as http://host:8080/v1#name or localhost:8080, or the NAME
that config.toml gives it, with #model behind it for another one of its models:

  [endpoints.NAME]
  url = "https://host/v1"
  model = "name"             # left out, the server's first model is taken
  key_variable = "HOST_KEY"  # the environment variable that holds its key
  context = 32768            # tokens of the model's context, if the server does not say
  key_over_http = true       # sends the key unencrypted beyond this machine, too

and other keys for commands, whose ids F1 shows on a wide terminal:

  [keys]
  chat.regenerate = "f10"
  screen.attach = ["ctrl+o", "f13"]  # several
  chat.fork = ""                     # none; ctrl+p still offers it

Presets (a system prompt, temperature and the like under a name) and templates of
questions stand in presets.toml beside it; F12 in the app chooses one, and opens the file.

OPENAI_API_KEY is sent to api.openai.com and to this machine; any other server gets the
key that its table names, and none over plain http unless the table says so. Keys,
proxies (https_proxy and its kind) and certificates (SSL_CERT_FILE) are those of the
terminal that asks, whenever the core was started. A change of config.toml counts from
the next question on, or you are told that it does not."""

ASK: Final = """\
The answer streams to standard output, everything else goes to standard error. The
question and its answer are stored as a conversation, which --chat, --continue and the
app take up again.

Text that is piped or redirected to standard input follows PROMPT after an empty line,
or is the question if there is no PROMPT: UTF-8 up to 8 MiB, read to its end first. In
a loop or script that reads its own standard input add < /dev/null, as for ssh; a file
of which something else has read the start is left alone. PROMPT or one IMAGE may be -
for standard input, which then goes nowhere else. --retry does not read it.

IMAGE may name a part of its file: photo.jpg@LEFT,TOP,WIDTH,HEIGHT a rectangle, in
pixels of the upright picture; 'report.pdf#3-5,8' four pages, each a picture of its own;
'scan.tif#2@0,0,500,500' both. A file that is really called so is taken as it is.
Pictures come before PROMPT, but for those that it names: @2 stands for the second.

Into a file or pipe the answer goes without control characters other than newline and
tab; --raw leaves them in, and adds no newline. A terminal gets them as visible signs in
any case, and also what would hide or reorder text. --json escapes all these.

While the conversation is being answered, the question waits behind those that were
asked before; if they were paused, they go on. --retry, with --chat or --continue,
asks the last question again if its answer failed, was filtered, or has no words, and
takes neither PROMPT nor -i. So does --finish, which has the last answer go on where a
stop, its token limit, a failure or the core's end cut it off: it grows, and all of it
is printed.

--private asks in a conversation of its own that never comes on the disk: it is in the
core's memory until the answer is printed, and then gone. No --chat can go on with it.

IMAGE may be a folder, which stands for its pictures by name, a glob, or an http(s)
address, which is fetched: up to 256 MiB within 300 s, through the proxy and with the
certificates of this terminal. This machine and private networks are not asked unless
--allow-private-addresses is given.

--preset names a preset of presets.toml, beside config.toml, which the conversation
keeps. --system, --temperature and the options after it count for this question alone,
before what its preset says; the preset counts before the settings. Pictures keep the
pixel budget that they were sent with. The app writes a presets.toml to begin with.

A question for which the context has no room is refused and not kept. With
--leave-out-oldest the oldest pictures, then the oldest questions with their answers, are
left out of the prompt, as many as are needed: they stay stored and shown.

exit status: 0 only for a complete answer, 1 for an error or an answer that was cut
off, 2 for wrong usage, 130 after Ctrl+C, which stops the answer, or takes a question
that still waits out of the queue.

--json prints one document with these keys:
  text, thoughts (what the model thought before it answered), conversation (the ID
  for --chat), model, finish_reason (see below), attachments [name, sha256, width,
  height, model_width, model_height, tokens, note, pixel_budget, is_left_out, excerpt
  {page, region {x, y, width, height} or null}, path, label, key], boxes (see below),
  stats {prompt_tokens, reused_tokens, prefilled_tokens, generated_tokens, images_encoded,
  images_reused, ttft, prompt_tps, generation_tps, peak_bytes, recomputed,
  left_out_tokens, ignored_options, ended_early, copied_tokens, passes, thought_tokens,
  thought_seconds, continued_tokens, boxes_in_pixels}; times are in seconds. After an
  error: error {kind, message}, and text, thoughts and conversation if the question was
  stored.

boxes [label, picture, name, key, pixels, file_pixels] is what the answer marks in
pictures: pixels are left, top, right and bottom of a box, or x and y of a point, in the
picture as it was attached; file_pixels the same in the page or file that it is a part
of. picture counts the pictures of the conversation from 1, name and key are its label
and key in attachments.

finish_reason is stop for a complete answer; length for one that is cut off at the
token limit; cancelled for one that was stopped; filtered for one that the server's
filter cut off or kept back; empty if the model said nothing; thoughts_only if it
only thought. Only stop exits with 0; for the others one sentence on standard error
says what happened.

examples:
  seeshell ask -i lemons.jpg "How much are the lemons?"
  seeshell ask --continue "And the oranges?"
  seeshell ask -i before.jpg -i after.jpg "What is new in @2 compared with @1?"
  seeshell ask -i screen.png@0,0,640,200 "What does the title bar say?"
  seeshell ask --continue --retry
  seeshell ask --system "Answer in one word." --temperature 0 -i cat.jpg "Which breed?"
  git diff | seeshell ask "Write a commit message for this:"
  screencapture -x -t png - | seeshell ask -i - "Which window is in front?"
  seeshell ask -i https://example.org/llamas.jpg "How many llamas?"
  seeshell ask --json -i receipt.heic - < questions.txt | jq -r .text"""

ATTACH: Final = """\
The pictures are put into the prompt of the window that was used last, for whatever is
asked there next; where no window is open they wait in a draft, which the next one has.
So a picture of the machine in front of you gets into a chat on the Mac:

  ssh mac seeshell attach - --name lemons.heic < lemons.heic

A folder stands for its pictures, by name; a glob in quotes is expanded here. Pictures of
http(s) addresses are fetched, up to 256 MiB within 300 s each; this machine and private
networks are not asked unless --allow-private-addresses is given.

exit status: 0 only if all pictures are attached.

--json prints one document: place (window, draft, or empty where none was attached),
attached [name, sha256, label, key] and refused [name, message].

examples:
  seeshell attach lemons.jpg oranges.jpg
  seeshell attach https://example.org/lemons.jpg
  screencapture -x -t png - | seeshell attach - --name screen.png"""

EACH: Final = """\
--each asks the same question about each of many pictures, as if each were alone: no
answer knows of another picture. A folder stands for the pictures right in it; quoted,
a glob such as 'scans/**/*.jpg' is expanded here; report.pdf#3-5 and photo.jpg@x,y,w,h
name pages and a rectangle; - stands for the lines of standard input. An option or --
has to stand between the paths and PROMPT.
Rows are printed in the order of the pictures, each as soon as it and those before it
have ended: NAME: ANSWER, or as --jsonl or --csv says. All other options count for every
row. Standard error shows how many have ended and the time left.

The rows are stored as a roll, which the app shows too. Ctrl+C stops it, and standard
error names the command that goes on: --resume-roll ID answers what has no answer, and
prints all rows. It does so after a crash too. With --retry what failed is asked again.
The exit status is 0 only if every answer is complete.

--jsonl prints for each picture: row (from 1), name, path, text, thoughts, seconds,
finish_reason, error, model, roll (the ID), attachment, boxes and stats as in --json, and
with --schema value (the answer as JSON, or null). --csv prints name, answer, seconds,
finish_reason, error, path, and with --schema a column for each property; one that is
called like one of these has value. before its name.

examples:
  seeshell ask --each scans --jsonl "What is the total?" > totals.jsonl
  seeshell ask --each 'trip/**/*.heic' --csv --schema place.json "Where is this?"
  find . -name '*.png' -newer last | seeshell ask --each - --jsonl "What is new here?"
  seeshell ask --resume-roll 3 --retry --csv > all.csv"""

BENCH: Final = """\
Nine questions as people ask them, about pictures that are attached right before sending
and early enough for the work ahead to end; follow-ups in a conversation with one picture
and with many, and after a restart; and the speed of a long answer. Everything runs in
processes and folders of its own, and no conversation is stored. Each run loads the model
four or five times.

--json prints one document, all of it medians over the runs, times in seconds:
  model {source, name, weights_bytes, context_length}, machine {platform, processor,
  cores, memory_bytes, device, load, versions}, runs, image_size, pixel_budget,
  steps and steps_early [name, ttft, reused, prefilled, encoded], compare {name, steps,
  decode}, ratio_right_before and ratio_early (sums of ttft, ours over theirs),
  floor {seconds, ratio} (the steps' encodes and prefills by themselves in mlx-vlm),
  regenerate_ratio (against a text follow-up), growth {pictures, one, many, ratio,
  alone_one, alone_many, alone_ratio (mlx-vlm's language model by itself),
  floor_ratio (many against alone_many)},
  restart {warm, reopened, disk_read, spilled_bytes, ratio, opened, opened_ratio,
  reused, prefilled, encoded},
  memory {overhead_bytes, ratio} (above weights and KV caches, against the weights),
  decode {tokens, tps, ratio}; what needs --compare is null without it.

examples:
  seeshell bench
  seeshell bench --compare mlx-vlm --runs 5 --json > figures.json"""

DOCTOR: Final = """\
Looks at the terminal (its name, how long it takes to answer, pictures and colours and
why these), SSH, tmux, clipboard, notifications, locale, settings, core and model, and
prints the exact lines for ~/.tmux.conf and sshd_config that would make it better. Looks
at what is on the disk too: a damaged database, searches out of step, missing and stray
picture files, KV caches without a conversation, rights of others, room. Starts no core
and changes nothing; works in a pipe too.

What it prints, with the end of the core's log, is fit for a bug report: your home is
written as ~; names of user, machine and servers, prompts, titles and file names are left
out.

--repair mends what is on the disk while no core runs (seeshell stop). What can be read
of a damaged database is saved to a new one, with what a backup has still, and the
damaged file is kept; pictures that nothing names are put aside, never deleted.

exit status: 0 if there is nothing to mend, 1 if there is.

--json prints one document: findings [name, found, health (good, poor or unknown),
advice, file, lines], advice and what follows where there are any, and log, its lines.

examples:
  seeshell doctor
  seeshell doctor --images
  seeshell doctor --repair"""

TUNE: Final = """\
Each answer of the branches that are shown is learned, with all that stands before it; of
a conversation in which answers were corrected, the corrected ones alone. Answers that
failed, were stopped or are left out are not. The model is the one that the conversations
keep, or the one in use, unless --model names another; a quantised one stays so (QLoRA).

The adapter stands below the data folder; seeshell --adapter NAME uses it. Without
--iterations each answer is learned three times, in 100 steps at least. Ctrl+C stops it
and leaves nothing. A core that runs goes on; what it holds in memory, training lacks.

--json prints one document: name, place (its folder), model, rows (answers learned),
iterations and loss (of the last step).

examples:
  seeshell tune terse --from 12 15 18
  seeshell tune invoices --from invoice --iterations 300
  seeshell --adapter invoices"""

EVAL: Final = """\
FILE is JSONL (picture, question, answers or answer, and kind if you like, a row a line),
VQAv2's questions, with its annotations by --annotations, or COCO's captions_*.json.
Pictures are looked for beside FILE, or in the folder of --pictures.

vqa is the official accuracy of VQAv2: three of the other nine people agree, after
punctuation, articles, numbers and contractions are made alike. anls forgives a few
letters. bleu is BLEU-4 after COCO's own splitting into words; chrf needs sacrebleu
(the extra `eval`). Without --score a file of VQAv2 is judged by vqa, COCO's by bleu, and
JSONL by exact and anls. Temperature is 0 unless you say otherwise.

--model MODEL [ADAPTER] may be given several times: the scores stand side by side, by
kind of question. Put FILE before it. Each side is a roll, which the app shows too; the
same command goes on where it was stopped, and asks nothing twice. --retry asks again
what failed; a row that failed counts as wrong.

exit status: 0 if every row has an answer, 1 if some failed, 130 after Ctrl+C.

--json prints one document: rows, and sides [name, roll, scores {scorer: score from 0
to 1}, kinds {kind: {scorer: score}}, seconds (a row), failed [id, picture, error]].

examples:
  seeshell eval receipts.jsonl --score exact --score anls
  seeshell eval v2_OpenEnded_mscoco_val2014_questions.json --pictures val2014 \\
    --annotations v2_mscoco_val2014_annotations.json --limit 500 \\
    --system "Answer in one word or a number." --model qwen-4bit --model qwen-8bit"""

STATUS: Final = """\
exit status: 0 if a core runs, 1 if none does.

--json prints one document: running, and if true version, pid, state (unloaded,
fetching, loading, ready, prefilling, decoding or failed), model, is_loaded (whether
that model can answer), loading (what is being loaded, or empty), source and adapter
(what loads that model again), can_think (whether one can choose that it thinks), server
(the host that answers, empty for a model of this machine), model_notice,
context_length, context_used, active_bytes, uptime (seconds), clients, open_turns,
rolls, answering (the conversation whose answer is being computed, or null), waiting
(the conversations whose turn is next, in order), paused (those whose turns wait for
the user), is_preparing (whether it works ahead of a turn), prompt_tps (tokens of a
prompt that each model has read a second, by source), boxes_in_pixels (whether boxes
that the model writes as JSON count pixels)."""

UNLOAD: Final = """\
Gives the memory of the model back. Conversations and their KV caches, which wait on the
disk, stay; the next question loads the model again. Refused while an answer is given.
--json prints one document: unloaded (whether a model was there)."""

STOP: Final = """\
Answers that are being written are stopped, and kept as far as they got. The core
starts again with the next question. --json prints one document: stopped (whether a
core was running)."""

CORE: Final = """\
The app and `ask` start the core by themselves; this is for service managers and for
watching it. Ctrl+C or SIGTERM ends it after everything is stored."""

COMPLETION: Final = """\
bash, in ~/.bashrc:        eval "$(seeshell completion bash)"
zsh, in ~/.zshrc:          eval "$(seeshell completion zsh)"     # after compinit
fish, once:                seeshell completion fish > ~/.config/fish/completions/seeshell.fish

Commands, options and what they may be are completed, and paths where a file is meant."""

SERVICE: Final = """\
macOS:
  seeshell service launchd > ~/Library/LaunchAgents/seeshell.core.plist
  launchctl bootstrap gui/$UID ~/Library/LaunchAgents/seeshell.core.plist
Linux:
  seeshell service systemd > ~/.config/systemd/user/seeshell-core.service
  systemctl --user enable --now seeshell-core

It is no must: whoever needs the core starts it. Without keep_alive = 0 in config.toml it
ends by itself once it was not needed for so long, and then the next window starts it.
A core that is started so has the environment of the login, not that of a terminal; keys
and proxies are those of the terminal that asks in any case."""

IMPORT: Final = """\
FILE is a bundle (`.seeshell`) or JSON of seeshell's own, or what another program has
exported or keeps: ChatGPT's or Claude's export (the zip file, or its folder), the
logs.db of llm, the store.db of oterm, a conversation of LM Studio (or the folder of
them), an export of Open WebUI.
What it is, is told by what is in it.

Nothing is changed that is here already: importing again adds nothing, and importing a
newer export of the same adds what is new. What can't be taken is said, one sentence
each, on standard error.

exit status: 0 if every FILE was taken in, 1 if one could not be read.

--json prints one document: files [file, format, added (ids), extended (ids), known
(how many were here already), left_out (sentences)], and dry_run; with --dry-run
conversations, messages and pictures (how many there are) in place of added, extended
and known; of a FILE that could not be read, file and error {kind, message}.

examples:
  seeshell import conversations-2026.seeshell
  seeshell import chatgpt-export.zip --dry-run
  seeshell import ~/.config/io.datasette.llm/logs.db"""
