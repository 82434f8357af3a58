"""Runs a program at a terminal, with a document as its stdin, and types a line when it asks: typed.py LINE PROGRAM WORD ..."""

import os
import pty
import sys

line, command = sys.argv[1], sys.argv[2:]
document = sys.stdin.buffer.read()
read_end, write_end = os.pipe()
pid, terminal = pty.fork()
if pid == 0:
    os.dup2(read_end, 0)
    os.close(write_end)
    os.execv(command[0], command)
os.close(read_end)
os.write(write_end, document)
os.close(write_end)
shown = b""
while True:
    try:
        piece = os.read(terminal, 4096)
    except OSError:  # the program has ended
        break
    if not piece:
        break
    shown += piece
    if line and shown.rstrip().endswith(b"Type its name to remove it:"):
        os.write(terminal, line.encode() + b"\n")
        line = ""
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
