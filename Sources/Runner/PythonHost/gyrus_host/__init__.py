"""The Python side of `%%python`: it runs cells, shows values, and passes them to and from Swift through shared memory."""
