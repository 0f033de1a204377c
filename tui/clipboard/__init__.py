"""What is copied: which way it gets into the clipboard of the machine in front of the user.

Its modules in reading order:

    copying_app  An app that takes what is copied to the clipboard in front of the user, and says
                 how.
    clipboard    Takes texts to the clipboard in front of the user, and says which way they went.
    ways         Which way a text gets into the clipboard of the machine in front of the user. Pure.
    brands       What terminals do with OSC 52, by which programs put text into the clipboard in
                 front of the user.
"""
