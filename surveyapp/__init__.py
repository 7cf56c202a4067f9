"""The web application and command line: the hall that connects instruments, analysis and reports."""
