"""The link: framed requests and answers over the serial port that the REPL uses too."""
