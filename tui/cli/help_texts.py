"""What `--help` says below the options: of the app and of each command."""

from typing import Final

ABOUT: Final = """\
Chat about pictures with a vision-language model that runs on this machine.
Without a command, seeshell opens the app; everything in it has a key (F1 lists them)."""

MODELS_AND_KEYS: Final = """\
environment:
  SEESHELL_HOME    one folder for settings, conversations, log and socket
  SEESHELL_MODEL   model of a core that starts, when --model is not given
  SEESHELL_IMAGES  how to draw pictures: auto, tgp, halfblock or none

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
  chat.regenerate = "f8"
  screen.attach = ["ctrl+o", "f4"]  # several
  chat.fork = ""                    # none; ctrl+p still offers it

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

Into a file or pipe the answer goes without control characters other than newline and
tab; --raw leaves them in, and adds no newline. A terminal gets them as visible signs in
any case, and also what would hide or reorder text. --json escapes all these.

While the conversation is being answered, the question waits behind those that were
asked before; if they were paused, they go on. --retry, with --chat or --continue,
asks the last question again if its answer failed, was filtered, or has no words, and
takes neither PROMPT nor -i.

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
  height, model_width, model_height, tokens, note, pixel_budget, is_left_out], stats
  {prompt_tokens, reused_tokens, prefilled_tokens, generated_tokens, images_encoded,
  images_reused, ttft, prompt_tps, generation_tps, peak_bytes, recomputed,
  left_out_tokens, ignored_options, ended_early, copied_tokens, passes, thought_tokens,
  thought_seconds}; times are in seconds. After an error: error {kind, message}, and
  text, thoughts and conversation if the question was stored.

finish_reason is stop for a complete answer; length for one that is cut off at the
token limit; cancelled for one that was stopped; filtered for one that the server's
filter cut off or kept back; empty if the model said nothing; thoughts_only if it
only thought. Only stop exits with 0; for the others one sentence on standard error
says what happened.

examples:
  seeshell ask -i lemons.jpg "How much are the lemons?"
  seeshell ask --continue "And the oranges?"
  seeshell ask --continue --retry
  seeshell ask --system "Answer in one word." --temperature 0 -i cat.jpg "Which breed?"
  git diff | seeshell ask "Write a commit message for this:"
  screencapture -x -t png - | seeshell ask -i - "Which window is in front?"
  seeshell ask --json -i receipt.heic - < questions.txt | jq -r .text"""

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

STATUS: Final = """\
exit status: 0 if a core runs, 1 if none does.

--json prints one document: running, and if true version, pid, state (unloaded,
fetching, loading, ready, prefilling, decoding or failed), model, is_loaded (whether that
model can answer), loading (what is being loaded, or empty), source and adapter (what
loads that model again), can_think (whether one can choose that it thinks), server (the
host that answers, empty for a model of this machine), model_notice, context_length,
context_used, active_bytes, uptime (seconds), clients, open_turns, answering (the
conversation whose answer is being computed, or null), waiting (the conversations whose
turn is next, in order), is_preparing (whether it works ahead of a turn), prompt_tps
(tokens of a prompt that each model has read a second, by source)."""

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
