"""What fills a terminal: Textual's views on services.live. Text from devices and files is never markup here."""
