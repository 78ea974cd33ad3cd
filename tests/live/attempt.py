"""attempt(NAME, WHAT): prints NAME if WHAT() can be done, nothing if the system refuses it."""


def attempt(name, what):
    try:
        what()
        print(name)
    except OSError:
        pass
