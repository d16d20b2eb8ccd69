"""Where images come from: the only room, besides `sample`, that knows kinds of sources."""
