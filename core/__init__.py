"""The resident core: sessions, store, engine. Imports no interface and prints nothing.

Its modules in reading order:

    conversation        Values of a conversation: what is stored, what travels, what is shown.
    kept                Values of conversations as they are kept: whole trees, and what a library
                        shows of them.
    tags                Tags of conversations, as users write them.
    placed_pictures     Pictures in the midst of a question's text, and how people write that.
    generation_options  How an answer is to be given, apart from what is asked: values that presets
                        and turns hold.
    folding             Texts as searches compare them: without case, accents, width, and signs that
                        only format.
    option_rules        What each generation option may be, in a preset, a request or on the command
                        line.
    preset_rules        What `presets.toml` may hold, and in plain words what is wrong with what it
                        may not.
    presets             Presets and templates: what `presets.toml` says of how to ask and how to
                        answer.
    current_presets     The presets as they are now: `presets.toml` is read again once it has
                        changed on the disk.
    search_query        What a user typed to search for: which texts it finds, and where in them it
                        stands.
    leaving_out         What later prompts leave out of a conversation: what that frees, and what to
                        leave out to fit.
    errors              Every error that seeshell raises on purpose, as one tree.
    wording             Words of sentences for users: what somebody else wrote, and times to wait.
    server_address      Addresses of servers as people write them, taken apart and written in one
                        way.
    toml_file           A TOML file that people write, read whole; what is wrong with it comes as
                        one sentence.
    key_settings        The table `[keys]` of `config.toml`: which keys run a command, as far as the
                        core can tell.
    setting_rules       What each setting may be, and in plain words what is wrong with one that is
                        not.
    settings            Settings: what `config.toml` and the environment say, as frozen values.
    current_settings    The settings as they are now: `config.toml` is read again once it has
                        changed on the disk.
    client_environment  What a client's environment says about reaching servers: keys, proxies,
                        certificates.
    messages/           Requests and events that cross the core's socket, one JSON document a line.
    private_files       Folders and files that only their owner can read.
    undecodable         What decoding raises for bytes or a text from outside that are no such
                        document.
    regular_files       Files that users name, opened for reading without ever waiting for a pipe or
                        a device.
    excerpt             What of a file is the picture: a page or frame of it, and a rectangle; and
                        how people write that.
    picture_detail      How finely the model is to see a picture: the user's choice, and the pixel
                        budget of it.
    formats/            Kinds of picture files, the pages in them, and what Pillow alone can't read
                        of them.
    metadata/           Picture files without what was noted in them beside the picture: place,
                        camera, time, comments.
    backdrop            What lies behind the transparent parts of a picture: white, or grey where
                        white would hide it.
    colours             Colour profiles: pictures of any ICC profile as sRGB.
    upright_rgb         Decoded pictures made RGB and turned upright.
    boxes/              Boxes and points that answers mark in pictures: read from what models write,
                        put into pixels.
    look                What a picture looks like, in 63 bits: a perceptual hash, by which copies of
                        it are found.
    images              Pictures as files: checked, decoded, turned upright, made RGB, scaled and
                        hashed.
    stored_pixels       Pixels of stored pictures: which are wanted at which size, and read here and
                        now.
    pictures/           Reads pictures that strangers made in programs of their own, under limits of
                        time and memory.
    __main__            Runs the core: `python -m seeshell.core [--background] [--paths JSON]
                        [--model SOURCE ...]`.
    one_process         Refuses to be one of several processes that compute a model together, as
                        `mlx.launch` starts.
    service             The core in the foreground: everything from the lock to the last goodbye.
    core_log            The core's log: one file, rotated, 0600; standard error goes there too.
    ipc/                The core's socket, both ends of it: the server here, the client that the
                        interface uses.
    sessions/           The session manager: does what clients ask, and keeps conversations and
                        turns together.
    store/              Conversations and pictures on disk.
    models/             What can be loaded: found, downloaded, checked. Imports no MLX.
    engine/             What computes answers: the local MLX model, or a remote endpoint, behind one
                        interface.
    bench/              `seeshell bench`: how long one waits in a chat about pictures, on this
                        machine and this model.
    demo/               The built-in demonstration model: a tiny trained Qwen3-VL and pictures it
                        can talk about.
    web/                Pictures from the web: an `http(s)` address in, a file out, within limits.
    roll                Values of a roll: one question over many pictures, each answered by itself.
    transfer/           Conversations on their way out and in: bundles, written, read and checked.
    private_ids         Ids of private conversations and of their messages, which tell them from
                        what is on disk.
    care/               Looking after what is on disk: what is wrong with it, and, asked, mending
                        that.
"""
